import { create, equals, type Message } from "@bufbuild/protobuf";
import t from "tap";

import { canonicalStyle } from "../../../src/transcode/json/canonical-dialect.js";
import {
  createJsonReaders,
  compileFieldReader,
  enumNumber,
  takesNull,
} from "../../../src/transcode/json/json-reader.js";
import type { Json } from "../../../src/transcode/json/json-text.js";
import {
  InnerSchema,
  ScalarsSchema,
  type Scalars,
  Color,
  ColorSchema,
} from "../../fixtures/gen/transcodetest/v1/transcoding_cases_pb.js";
import { plainEnumNames } from "../../../src/transcode/json/dialect.js";
import { plainStyle } from "../../../src/transcode/json/plain-dialect.js";
import { fieldNamed } from "../support/fields.js";

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

function readInto(name: string, json: string, style = canonicalStyle): Scalars {
  const message = create(ScalarsSchema);
  const reader = compileFieldReader(fieldNamed(ScalarsSchema, name), style, createJsonReaders(style).message);
  reader(message, JSON.parse(json) as Json, { depth: 0, keys: 0 });
  return message;
}

t.test("a list takes a list without nulls", (t) => {
  for (const json of [`{"0":"a"}`, `"a"`, "1", "true"])
    t.throws(() => readInto("r_string", json), { name: "FieldProblem", path: "" }, json);
  t.throws(() => readInto("r_string", `["a",null]`), {
    name: "FieldProblem",
    path: "[1]",
    message: "must not be null",
  });
  t.throws(() => readInto("inners", `[null]`), { name: "FieldProblem", path: "[0]" });
  t.throws(() => readInto("r_enum", `["COLOR_RED","NOPE"]`), { name: "FieldProblem", path: "[1]" });
  t.same(readInto("r_enum", `["COLOR_RED",2,-1]`).rEnum, [Color.RED, Color.GREEN, Color.NEGATIVE]);
  t.end();
});

t.test("a map takes an object without nulls, and no key __proto__", (t) => {
  for (const json of ["[]", `"a"`, "1"])
    t.throws(() => readInto("labels", json), { name: "FieldProblem", path: "" }, json);
  t.throws(() => readInto("labels", `{"a":null}`), { name: "FieldProblem", path: "[a]" });
  t.throws(() => readInto("labels", `{"__proto__":"x"}`), { name: "FieldProblem", path: "[__proto__]" });
  t.throws(() => readInto("labels", `{"\\ud800":"x"}`), { name: "FieldProblem", path: "[?]" });
  t.throws(() => readInto("counts", `{"a":1.5}`), { name: "FieldProblem", path: "[a]" });
  t.same(readInto("labels", `{"constructor":"x","":"y"}`).labels, { constructor: "x", "": "y" });
  t.end();
});

t.test("an enum takes its names, and numbers where the dialect has them", (t) => {
  for (const json of [`"RED"`, `"color_red"`, `"2"`, `""`, "1.5", "2147483648", "true", "[]"]) {
    t.throws(() => readInto("f_enum", json), { name: "FieldProblem" }, json);
  }
  t.equal(readInto("f_enum", "99").fEnum, 99, "enums of proto3 are open");
  t.equal(readInto("f_enum", "2.0").fEnum, Color.GREEN);
  t.throws(() => readInto("f_enum", "2", plainStyle), { message: /name of a value/ });
  t.equal(readInto("f_enum", `"green"`, plainStyle).fEnum, Color.GREEN);
  t.throws(() => enumNumber(plainEnumNames(ColorSchema), "Green\n"), {
    message: 'does not have the value "Green?"',
  });
  t.end();
});

t.test("a wrapper is its bare value, also where that is the default", (t) => {
  t.throws(() => readInto("w_int64", `{"value":1}`));
  t.equal(readInto("w_int64", "0").wInt64, 0n);
  t.equal(readInto("w_string", `""`).wString, "");
  t.end();
});

t.test("only Value has a null of its own", (t) => {
  t.same(
    ScalarsSchema.fields.filter(takesNull).map((field) => field.name),
    ["value_f"],
  );
  t.end();
});
