import { create, equals, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import * as fc from "fast-check";
import t from "tap";
import { canonicalDialect } from "../../../src/transcode/json/canonical-dialect.js";
import { routeRules } from "../../../src/transcode/routing/http-rules.js";
import { plainDialect } from "../../../src/transcode/json/plain-dialect.js";
import { compileQuery } from "../../../src/transcode/routing/request-target.js";
import {
  Color,
  ScalarsSchema,
  type Scalars,
} from "../../fixtures/gen/transcodetest/v1/transcoding_cases_pb.js";
import { madeMethod, type Rule } from "../support/made-service.js";
import { errorOf, serveStub } from "../support/serve.js";

const DEFAULT_RULE: Rule = { pattern: { case: "get", value: "/a/{f_string}/{inner.label}" } };

function bind(query: string, rule = DEFAULT_RULE, dialect = canonicalDialect): Scalars {
  const [checked] = routeRules([madeMethod(rule)]);
  if (checked === undefined) throw new Error("there is no rule");
  const message = create(ScalarsSchema);
  compileQuery(checked, dialect)(message, query);
  return message;
}

t.test("a parameter that the request does not have is refused by its name", async (t) => {
  const { stub, get } = await serveStub(t);
  const unknown: [string, string][] = [
    ["utm_source=x", "utm_source"],
    ["page_size=5&key=abc", "key"],
    ["constructor=1", "constructor"],
    ["__proto__.x=1", "__proto__.x"],
    ["inner.=x", "inner."],
    ["=x", ""],
    ["inner..label=x", "inner..label"],
    ["page_size.x=1", "page_size.x"],
    ["colors[]=1", "colors[]"],
    ["PAGE_SIZE=1", "PAGE_SIZE"],
    ["page%00size=1", "page?size"],
    [`${"inner.child.".repeat(60)}label=x`, ""],
  ];
  for (const [query, field] of unknown) {
    const response = await get(`/v1/items?${query}`);
    t.equal(response.status, 400, query);
    t.equal(errorOf(response).reason, "parameter_unknown");
    if (query.length < 100) t.equal(errorOf(response).field, field);
  }
  t.equal(stub.seen, undefined);
});

t.test("what the path or the body says the query cannot say", (t) => {
  const body: Rule = { pattern: { case: "post", value: "/a/{f_string}" }, body: "inner" };
  for (const query of ["f_string=x", "fString=x", "inner.label=x", "f%5Fstring=x"]) {
    t.throws(() => bind(query), { name: "ConnectError", message: /is given in the path/ }, query);
  }
  for (const query of ["inner=x", "inner.count=1", "fString=x"])
    t.throws(() => bind(query, body), { name: "ConnectError" }, query);
  t.match(bind("inner.count=5"), { inner: { count: 5 } }, "beside a field of the path there is room");
  const whole: Rule = { pattern: { case: "post", value: "/a" }, body: "*" };
  t.throws(() => bind("f_int32=1", whole), { message: /takes its parameters in the request body/ });
  t.same(bind("&&", whole), create(ScalarsSchema));
  t.end();
});

t.test("a value that the field cannot take is refused by its field", (t) => {
  for (const query of [
    "f_int32=",
    "f_int32",
    "f_int32=1;2",
    "f_int64=1e2",
    "f_bool=yes",
    "r_int32=1&r_int32=x",
    "labels=v",
    "labels.a=v",
    "inner=x",
    "inners.label=x",
    "struct_f=%7B%7D",
    "value_f=1",
    "o_inner=x",
    "ts=1700000000",
    "dur=90",
    "w_uint32=-1",
    "w_int64.value=1",
    "f_enum=NOPE",
    "f_enum=99",
    "mask=a,,b",
  ]) {
    t.throws(() => bind(query), query);
  }
  t.throws(() => bind("inner.child.count=x"), { name: "FieldProblem", path: "inner.child.count" });
  t.end();
});

t.test("a broken escape is refused in name and value", (t) => {
  for (const query of ["f_int32=%", "f%zz=1", "opt_string=%FF", "opt_string=%C3%28"]) {
    t.throws(() => bind(query), { name: "ConnectError", message: /broken percent-escape/ }, query);
  }
  t.end();
});

t.test("a single value is given once, under one of its names", (t) => {
  for (const query of [
    "f_int32=1&f_int32=1",
    "f_int32=1&fInt32=2",
    "f_int32=1&f%5Fint32=2",
    "ts=x&ts=y",
    "w_bool=true&wBool=true",
  ]) {
    t.throws(() => bind(query), { name: "FieldProblem" }, query);
  }
  for (const query of ["o_string=a&o_int32=1", "o_inner.count=1&o_int32=1", "o_int32=1&o_inner.count=1"]) {
    t.throws(() => bind(query), { name: "FieldProblem", message: /cannot be given together/ }, query);
  }
  t.end();
});

t.test("every kind of field that has a text can be given", (t) => {
  const query = [
    "f_double=-2.5e3&fFloat=1.5&f_int32=-1&f_int64=9223372036854775807&f_uint64=18446744073709551615&f_bool=true",
    "f_bytes=-_8&f_enum=COLOR_RED&opt_int32=0&opt_string=&r_int32=1&r_int32=2&rString=a,b&r_string=a&r_enum=2&r_enum=COLOR_RED",
    "w_int64=0&w_string=&ts=2024-02-29T13:00:00%2B01:00&dur=1.5s&mask=update_mask,aB&o_inner.count=1&o_inner.label=x",
    "inner.child.child.big=5&customName=a%2Bb+c=d;e",
  ].join("&&");
  const message = bind(query);
  const expected: MessageInitShape<typeof ScalarsSchema> = {
    fDouble: -2500,
    fFloat: 1.5,
    fInt32: -1,
    fInt64: 9223372036854775807n,
    fUint64: 18446744073709551615n,
    fBool: true,
    fBytes: new Uint8Array([251, 255]),
    fEnum: Color.RED,
    optInt32: 0,
    optString: "",
    rInt32: [1, 2],
    rString: ["a,b", "a"],
    rEnum: [Color.GREEN, Color.RED],
    wInt64: 0n,
    wString: "",
    ts: { seconds: 1709208000n },
    dur: { seconds: 1n, nanos: 500_000_000 },
    mask: { paths: ["update_mask", "a_b"] },
    choice: { case: "oInner", value: { count: 1, label: "x" } },
    inner: { child: { child: { big: 5n } } },
    renamedField: "a+b c=d;e",
  };
  t.ok(equals(ScalarsSchema, message, create(ScalarsSchema, expected)));
  t.equal(message.ts && timestampDate(message.ts).toISOString(), "2024-02-29T12:00:00.000Z");
  t.end();
});

t.test("a dialect may have other spellings of a name", (t) => {
  t.same(bind("r_string[]=a&r_string%5B%5D=b&inner[child][count]=3&f_enum=red", DEFAULT_RULE, plainDialect), {
    ...create(ScalarsSchema, { rString: ["a", "b"], inner: { child: { count: 3 } }, fEnum: Color.RED }),
  });
  t.same(bind("r_string[0]=a&r_string[1]=b", DEFAULT_RULE, plainDialect).rString, ["a", "b"]);
  t.throws(() => bind("r_string[x]=a", DEFAULT_RULE, plainDialect));
  t.throws(() => bind("r_string[0][1]=a", DEFAULT_RULE, plainDialect));
  t.throws(
    () => bind("f_string[]=a", DEFAULT_RULE, plainDialect),
    { message: /path/ },
    "a spelling is no way round the path",
  );
  t.end();
});

t.test("strings and lists of them come out as they were put in, in order", (t) => {
  const text = fc.string({ unit: "grapheme", maxLength: 10 });
  fc.assert(
    fc.property(fc.array(text, { maxLength: 4 }), text, (list, single) => {
      const pairs: [string, string][] = [
        ["o_string", single],
        ...list.map((item): [string, string] => ["rString", item]),
      ];
      const escaped = pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
      const form = new URLSearchParams(pairs).toString();
      return [escaped, form].every((query) => {
        const { rString, choice } = bind(query);
        return (
          choice.value === single &&
          rString.length === list.length &&
          rString.every((item, index) => item === list[index])
        );
      });
    }),
  );
  t.end();
});

t.test("any query either binds or is refused as a caller's mistake", (t) => {
  const name = fc.constantFrom(
    ...ScalarsSchema.fields.map((field) => field.name),
    "inner.label",
    "o_inner.count",
    "nope",
    "",
  );
  const part = fc.string({ unit: fc.constantFrom(...Array.from("abc019-.+%_=&[]; é")), maxLength: 6 });
  const query = fc
    .array(fc.tuple(name, part), { maxLength: 4 })
    .map((pairs) => pairs.map((pair) => pair.join("=")).join("&"));
  fc.assert(
    fc.property(query, (query) => {
      try {
        bind(query);
        return true;
      } catch (error) {
        return ["FieldProblem", "ConnectError"].includes((error as Error).name);
      }
    }),
    { numRuns: 500 },
  );
  t.end();
});
