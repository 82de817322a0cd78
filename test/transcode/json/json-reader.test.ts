import { create, equals, type Message } from "@bufbuild/protobuf";
import t from "tap";
import { canonicalStyle } from "../../../src/transcode/json/canonical-dialect.js";
import { createJsonReaders } from "../../../src/transcode/json/json-reader.js";
import type { Json } from "../../../src/transcode/json/json-text.js";
import {
  InnerSchema,
  ScalarsSchema,
  type Scalars,
} from "../../fixtures/gen/transcodetest/v1/transcoding_cases_pb.js";

const readers = createJsonReaders(canonicalStyle);

function read(json: string): Message {
  return readers.message(ScalarsSchema)(JSON.parse(json) as Json, { depth: 0, keys: 0 }) as Message;
}

t.test("what is no object, or has a key that is no field, is refused with the way to it", (t) => {
  for (const json of ["null", "[]", "1", `"x"`, "true"])
    t.throws(() => read(json), { name: "FieldProblem", path: "" }, json);
  const unknown: [string, string][] = [
    [`{"nope":null}`, "nope"],
    [`{"__proto__":{}}`, "__proto__"],
    [`{"constructor":1}`, "constructor"],
    [`{"renamedField":"x"}`, "renamedField"],
    [`{"inners":[{},{"child":{"nope":1}}]}`, "inners[1].child.nope"],
    [`{"FSTRING":"x"}`, "FSTRING"],
  ];
  for (const [json, path] of unknown)
    t.throws(() => read(json), { name: "FieldProblem", path, reason: "parameter_unknown" }, json);
  t.end();
});

t.test("a field under both of its names is given twice, also where one is null", (t) => {
  for (const json of [`{"fString":"a","f_string":"b"}`, `{"f_string":null,"fString":"b"}`]) {
    t.throws(
      () => read(json),
      { name: "FieldProblem", path: "f_string", reason: "parameter_repeated" },
      json,
    );
  }
  t.end();
});

t.test("messages may be nested a hundred deep, and no deeper", (t) => {
  t.doesNotThrow(() => read(nested(98)));
  t.throws(() => read(nested(99)), { message: /nested more than 100 deep/ });
  t.end();
});

t.test("all keys are counted, for the check of duplicates", (t) => {
  const reading = { depth: 0, keys: 0 };
  const json = {
    inner: { label: "x", child: {} },
    labels: { a: "b", c: "d" },
    structF: { x: [{ y: 1 }] },
    fString: null,
  };
  readers.message(ScalarsSchema)(json, reading);
  t.same(reading, { depth: 0, keys: 10 });
  t.end();
});

t.test("null leaves a field unset, except where null is a value", (t) => {
  const names = [
    "inner",
    "fString",
    "optString",
    "rString",
    "labels",
    "ts",
    "wInt64",
    "oString",
    "structF",
    "fEnum",
  ];
  const json = Object.fromEntries(names.map((name) => [name, null]));
  t.ok(equals(ScalarsSchema, read(JSON.stringify(json)) as Scalars, create(ScalarsSchema)));
  t.match(read(`{"valueF":null}`), { valueF: { kind: { case: "nullValue" } } });
  t.match(read(`{"oInner":null,"oString":"x"}`), { choice: { case: "oString", value: "x" } });
  t.end();
});

t.test("the same type has the same reader, however it is asked for", (t) => {
  t.equal(readers.message(InnerSchema), readers.message(InnerSchema));
  t.end();
});

function nested(levels: number): string {
  return `{"inner":${'{"child":'.repeat(levels)}{}${"}".repeat(levels)}}`;
}
