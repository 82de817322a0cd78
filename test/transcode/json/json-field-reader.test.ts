import { create } from "@bufbuild/protobuf";
import t from "tap";
import { canonicalStyle } from "../../../src/transcode/json/canonical-dialect.js";
import { compileFieldReader, enumNumber, takesNull } from "../../../src/transcode/json/json-field-reader.js";
import { createJsonReaders } from "../../../src/transcode/json/json-reader.js";
import type { Json } from "../../../src/transcode/json/json-text.js";
import { plainEnumNames } from "../../../src/transcode/json/enum-names.js";
import { plainStyle } from "../../../src/transcode/json/plain-dialect.js";
import {
  Color,
  ColorSchema,
  ScalarsSchema,
  type Scalars,
} from "../../fixtures/gen/transcodetest/v1/transcoding_cases_pb.js";
import { fieldNamed } from "../support/fields.js";

function read(name: string, json: string, style = canonicalStyle): Scalars {
  const message = create(ScalarsSchema);
  const reader = compileFieldReader(fieldNamed(ScalarsSchema, name), style, createJsonReaders(style).message);
  reader(message, JSON.parse(json) as Json, { depth: 0, keys: 0 });
  return message;
}

t.test("a list takes a list without nulls", (t) => {
  for (const json of [`{"0":"a"}`, `"a"`, "1", "true"])
    t.throws(() => read("r_string", json), { name: "FieldProblem", path: "" }, json);
  t.throws(() => read("r_string", `["a",null]`), {
    name: "FieldProblem",
    path: "[1]",
    message: "must not be null",
  });
  t.throws(() => read("inners", `[null]`), { name: "FieldProblem", path: "[0]" });
  t.throws(() => read("r_enum", `["COLOR_RED","NOPE"]`), { name: "FieldProblem", path: "[1]" });
  t.same(read("r_enum", `["COLOR_RED",2,-1]`).rEnum, [Color.RED, Color.GREEN, Color.NEGATIVE]);
  t.end();
});

t.test("a map takes an object without nulls, and no key __proto__", (t) => {
  for (const json of ["[]", `"a"`, "1"])
    t.throws(() => read("labels", json), { name: "FieldProblem", path: "" }, json);
  t.throws(() => read("labels", `{"a":null}`), { name: "FieldProblem", path: "[a]" });
  t.throws(() => read("labels", `{"__proto__":"x"}`), { name: "FieldProblem", path: "[__proto__]" });
  t.throws(() => read("labels", `{"\\ud800":"x"}`), { name: "FieldProblem", path: "[?]" });
  t.throws(() => read("counts", `{"a":1.5}`), { name: "FieldProblem", path: "[a]" });
  t.same(read("labels", `{"constructor":"x","":"y"}`).labels, { constructor: "x", "": "y" });
  t.end();
});

t.test("an enum takes its names, and numbers where the dialect has them", (t) => {
  for (const json of [`"RED"`, `"color_red"`, `"2"`, `""`, "1.5", "2147483648", "true", "[]"]) {
    t.throws(() => read("f_enum", json), { name: "FieldProblem" }, json);
  }
  t.equal(read("f_enum", "99").fEnum, 99, "enums of proto3 are open");
  t.equal(read("f_enum", "2.0").fEnum, Color.GREEN);
  t.throws(() => read("f_enum", "2", plainStyle), { message: /name of a value/ });
  t.equal(read("f_enum", `"green"`, plainStyle).fEnum, Color.GREEN);
  t.throws(() => enumNumber(plainEnumNames(ColorSchema), "Green\n"), {
    message: 'does not have the value "Green?"',
  });
  t.end();
});

t.test("a wrapper is its bare value, also where that is the default", (t) => {
  t.throws(() => read("w_int64", `{"value":1}`));
  t.equal(read("w_int64", "0").wInt64, 0n);
  t.equal(read("w_string", `""`).wString, "");
  t.end();
});

t.test("only Value has a null of its own", (t) => {
  t.same(
    ScalarsSchema.fields.filter(takesNull).map((field) => field.name),
    ["value_f"],
  );
  t.end();
});
