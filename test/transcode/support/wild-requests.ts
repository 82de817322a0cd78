import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { caseFile } from "./cases.js";
import type { RawRequest } from "./raw-http.js";
import { scalarsJson } from "./wild-json.js";

const cases = caseFile.cases.map(({ http }) => http);
const paths = [...new Set(cases.map(({ path }) => path))];
const bodies = cases.flatMap(({ body }) => (body === undefined ? [] : [body]));

/** Characters that a request line can hold; a blank would end the target. */
const unit = fc.constantFrom(
  ...Array.from("abz019/:%?&=+;.,*{}[]()~@!$'\"<>\\^`|_-#"),
  "%2F",
  "%25",
  "%3A",
  "%C3%A9",
  "%FF",
  "\xc3\xa9",
);
const wildText = fc.string({ unit, maxLength: 12 });

/** A path of the cases with something put into it, or cut out of it. */
const mutatedPath = fc
  .tuple(fc.constantFrom(...paths), fc.nat(), fc.nat(4), wildText)
  .map(([path, place, cut, text]) => {
    const at = 1 + (place % path.length);
    return path.slice(0, at) + text + path.slice(at + cut);
  });
const wildPath = wildText.map((text) => `/v1/${text}`);
const path = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...paths) },
  { weight: 8, arbitrary: mutatedPath },
  { weight: 2, arbitrary: wildPath },
  { weight: 4, arbitrary: fc.constant("/v1/scalars") },
);

const bytes = fc.oneof(
  { weight: 6, arbitrary: scalarsJson.map((json) => Buffer.from(json)) },
  { weight: 3, arbitrary: fc.constantFrom(...bodies).map((body) => Buffer.from(body)) },
  { weight: 2, arbitrary: fc.json().map((json) => Buffer.from(json)) },
  { weight: 1, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 40 }).map((array) => Buffer.from(array)) },
  {
    weight: 1,
    arbitrary: fc
      .nat(200)
      .map((depth) => Buffer.from(`{"inner":${'{"child":'.repeat(depth)}{}${"}".repeat(depth)}}`)),
  },
);
const body = fc.oneof({ weight: 1, arbitrary: fc.constant(undefined) }, { weight: 3, arbitrary: bytes });

const contentType = fc.oneof(
  { weight: 8, arbitrary: fc.constant("application/json") },
  {
    weight: 1,
    arbitrary: fc.constantFrom("text/plain", "application/json; charset=latin1", "application/grpc", ""),
  },
);
const coding = fc.oneof(
  { weight: 12, arbitrary: fc.constant("identity") },
  { weight: 2, arbitrary: fc.constantFrom("gzip", "br", "gzip, gzip") },
);
const timeout = fc.oneof(
  { weight: 12, arbitrary: fc.constant("10S") },
  { weight: 1, arbitrary: fc.constantFrom("1H", "x", "-1S", "99999999H") },
);
const method = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom("GET", "POST", "PUT", "PATCH", "DELETE") },
  { weight: 1, arbitrary: fc.constantFrom("HEAD", "OPTIONS", "TRACE", "REPORT") },
);

const wild: fc.Arbitrary<RawRequest> = fc
  .record({ method, path, body, contentType, coding, timeout, zip: fc.boolean() })
  .map(({ method, path, body, contentType, coding, timeout, zip }) => ({
    method,
    path,
    body: body !== undefined && coding === "gzip" && zip ? gzipSync(body) : body,
    headers: { "content-type": contentType, "content-encoding": coding, "grpc-timeout": timeout },
  }));

/** A method and path of the cases, whose path is a little off. */
const nearly: fc.Arbitrary<RawRequest> = fc
  .tuple(fc.constantFrom(...cases), fc.nat(), fc.nat(2), fc.string({ unit, maxLength: 3 }), fc.boolean())
  .map(([{ method, path, headers, body }, place, cut, text, withBody]) => {
    const at = 1 + (place % path.length);
    return {
      method,
      path: path.slice(0, at) + text + path.slice(at + cut),
      headers,
      body: withBody ? body : undefined,
    };
  });

const echo: fc.Arbitrary<RawRequest> = bytes.map((body) => ({ method: "POST", path: "/v1/scalars", body }));

/** Requests of all kinds, a good part of which are nearly right. */
export const wildRequest = fc.oneof(wild, nearly, echo);
