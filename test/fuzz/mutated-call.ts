import { gzipSync } from "node:zlib";

import type { SeededRandom } from "../simulation/seeded-random.js";
import { formOf } from "../support/form.js";
import type { Operation } from "../support/openapi.js";
import type { Loose } from "../support/reflection.js";
import { type Call, exampleCall } from "./call.js";
import type { KnownIds } from "./known-ids.js";
import { placesIn } from "./json-tree.js";
import { resolved, valueFor, wildText, wildValue } from "./wild-values.js";

/** What calls are made with. */
export interface CallParts {
  readonly random: SeededRandom;
  /** Keys of the API: the first is used mostly. */
  readonly keys: readonly [string, ...string[]];
  /** Ids that answers have named. */
  readonly ids: KnownIds;
}

/** A call of this operation, as the document shows it but for some mutations: mostly one, sometimes none. */
export function mutatedCall(operation: Operation, parts: CallParts): Call {
  const { random, keys, ids } = parts;
  const call = exampleCall(operation, keys[0]);
  if (call.json !== undefined) call.isForm = random.chance(40);
  useKnownIds(call, random, ids);
  const mutations = Number(random.pick({ "0": 10, "1": 50, "2": 25, "3": 15 }));
  for (let done = 0; done < mutations; done++) MUTATIONS[random.pick(WEIGHTS)](call, parts);
  return call;
}

/** Examples are used up, as a customer that is deleted: half of the calls are about objects that were made since. */
function useKnownIds(call: Call, random: SeededRandom, ids: KnownIds): void {
  for (const [name, id] of Object.entries(call.variables)) {
    if (random.chance(50)) call.variables[name] = ids.like(id, random);
  }
  for (const { holder, key } of placesIn(call.json)) {
    if (random.chance(50) && typeof holder[key] === "string") holder[key] = ids.like(holder[key], random);
  }
}

type Mutate = (call: Call, parts: CallParts) => void;

const MUTATIONS = {
  field(call, { random }) {
    const place = placeIn(call, random);
    if (place !== undefined) place.holder[place.key] = wildValue(random);
  },
  omission(call, { random }) {
    const place = placeIn(call, random);
    if (place === undefined) return;
    if (Array.isArray(place.holder)) place.holder.splice(Number(place.key), 1);
    else delete place.holder[place.key];
  },
  addition(call, { random }) {
    if (isRecord(call.json)) call.json[wildText(random)] = wildValue(random);
  },
  /** Fields that the example does not have. */
  schema(call, { random }) {
    const { schema } = call.operation.requestBody?.content["application/json"] ?? {};
    if (schema === undefined || !isRecord(call.json)) return;
    if (random.chance(20)) call.json = valueFor(random, schema);
    const fields = Object.entries<Loose>(resolved(schema).properties ?? {});
    const field = fields[random.number(fields.length)];
    if (field !== undefined && isRecord(call.json)) call.json[field[0]] = valueFor(random, field[1]);
  },
  id(call, { random, ids }) {
    const names = Object.keys(call.variables);
    const name = names[random.number(names.length)];
    if (name !== undefined) call.variables[name] = random.chance(30) ? ids.any(random) : wildText(random);
  },
  query(call, { random, ids }) {
    const known: Loose[] = (call.operation.parameters ?? []).filter(
      ({ in: place }: Loose) => place === "query",
    );
    const parameter = known[random.number(known.length)];
    if (parameter === undefined || random.chance(15)) {
      call.query.push([wildText(random), wildText(random)]);
      return;
    }
    const value = random.chance(70) ? valueFor(random, parameter.schema) : wildValue(random);
    const text = typeof value === "string" && random.chance(30) ? ids.any(random) : value;
    // Sometimes twice, or beside the example's.
    for (let times = random.chance(10) ? 2 : 1; times > 0; times--) addToQuery(call, parameter.name, text);
  },
  authorization(call, { random, keys }) {
    const other = keys[random.number(keys.length)] ?? "";
    const headers = [
      `Basic ${Buffer.from(`${keys[0]}:`).toString("base64")}`,
      `bearer  ${keys[0]}`,
      `Bearer ${other}`,
      `Bearer ${other}x`,
      "Bearer",
      "Basic %%%",
      `Basic ${Buffer.from(":").toString("base64")}`,
      `Digest ${other}`,
      "",
    ];
    call.headers["authorization"] = headers[random.number(headers.length)] ?? "";
    if (random.chance(10)) delete call.headers["authorization"];
  },
  contentType(call, { random }) {
    const types = [
      "application/json; charset=utf-8",
      "application/json; charset=latin1",
      "APPLICATION/JSON",
      "application/x-www-form-urlencoded; charset=utf-8",
      "application/x-www-form-urlencoded",
      "application/json",
      "multipart/form-data; boundary=x",
      "text/plain",
      "application/grpc",
      "application/proto",
      "*/*",
      "",
    ];
    call.headers["content-type"] = types[random.number(types.length)] ?? "";
  },
  header(call, { random }) {
    const headers: [string, string][] = [
      ["accept", "text/html"],
      ["accept", "application/xml;q=0.1"],
      ["accept-encoding", "gzip, br;q=0"],
      ["stripe-version", "2026-10-28.endive"],
      ["grpc-timeout", "x"],
      ["connect-protocol-version", "1"],
      ["x-http-method-override", "DELETE"],
      ["if-none-match", "*"],
      ["range", "bytes=0-1"],
      ["expect", "100-continue"],
      ["cookie", "a=b"],
      ["origin", "https://shop.example"],
    ];
    const [name, text] = headers[random.number(headers.length)] ?? ["accept", "*/*"];
    call.headers[name] = text;
  },
  idempotencyKey(call, { random }) {
    const keys = ["order 1", "order 2", "order 3", "k".repeat(255), "k".repeat(256), "", "a\tb", "k\u00e9y"];
    call.headers["idempotency-key"] = keys[random.number(keys.length)] ?? "";
  },
  method(call, { random }) {
    const methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
    call.method = methods[random.number(methods.length)] ?? "GET";
  },
  body(call, { random }) {
    const text = call.isForm ? formOf(call.json) : JSON.stringify(call.json ?? {});
    call.raw = rawBodies(text)[random.number(RAW_BODIES)] ?? Buffer.alloc(0);
  },
  coding(call, { random }) {
    const text = Buffer.from(call.isForm ? formOf(call.json) : JSON.stringify(call.json ?? {}));
    const codings = ["gzip", "x-gzip", "br", "gzip, gzip", "identity", "chunked"];
    call.headers["content-encoding"] = codings[random.number(codings.length)] ?? "";
    call.raw = random.chance(60) ? gzipSync(text) : text;
  },
} satisfies Record<string, Mutate>;

const WEIGHTS: Record<keyof typeof MUTATIONS, number> = {
  field: 8,
  omission: 2,
  addition: 2,
  schema: 8,
  id: 3,
  query: 4,
  authorization: 1.5,
  contentType: 1.5,
  header: 1,
  idempotencyKey: 2,
  method: 1,
  body: 1.5,
  coding: 1,
};

function placeIn({ json }: Call, random: SeededRandom) {
  const places = placesIn(json);
  return places[random.number(places.length)];
}

function isRecord(json: Loose): boolean {
  return json !== null && typeof json === "object" && !Array.isArray(json);
}

function addToQuery({ query }: Call, name: string, value: Loose): void {
  if (value === null || typeof value !== "object") query.push([name, String(value)]);
  else
    for (const [part, text] of Object.entries<Loose>(value)) query.push([`${name}[${part}]`, String(text)]);
}

/** What may be sent in the place of a body, or be left of it. */
function rawBodies(text: string): Buffer[] {
  const twice = text.replace("{", `{"metadata":{},"metadata":{},`);
  const deep = `${"[".repeat(300)}${"]".repeat(300)}`;
  const bytes = [Buffer.from([0xff, 0xfe]), Buffer.from(text, "utf16le"), Buffer.alloc(1_200_000, "x")];
  const texts = [
    text.slice(0, text.length / 2),
    `${text}${text}`,
    twice,
    deep,
    "",
    "null",
    "[]",
    "a[=1&b]",
    "%",
    "a=%ff",
  ];
  return [...bytes, ...texts.map((each) => Buffer.from(each))];
}

const RAW_BODIES = rawBodies("").length;
