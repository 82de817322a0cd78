import { create } from "@bufbuild/protobuf";
import { StructSchema } from "@bufbuild/protobuf/wkt";
import t from "tap";
import { canonicalStyle } from "../../../src/transcode/json/canonical-dialect.js";
import { createJsonDialect } from "../../../src/transcode/json/dialect.js";
import { ScalarsSchema, type Scalars } from "../../fixtures/gen/transcodetest/v1/transcoding_cases_pb.js";
import { fieldNamed } from "../support/fields.js";

const dialect = createJsonDialect(canonicalStyle);

function fieldRead(name: string, json: string): Scalars {
  const message = create(ScalarsSchema);
  dialect.field(fieldNamed(ScalarsSchema, name)).read(message, json);
  return message;
}

t.test("a field's own JSON is held to the same rules as a message's", (t) => {
  const refused: [string, string, string][] = [
    ["f_string", "null", ""],
    ["inner", "null", ""],
    ["inner", "[]", ""],
    ["inner", `{"nope":1}`, "nope"],
    ["inner", `{"label":"a","label":"b"}`, ""],
    ["inners", `[{},{"count":"x"}]`, "[1].count"],
    ["r_string", `"a"`, ""],
    ["labels", `{"a":null}`, "[a]"],
    ["f_int64", "9007199254740993", ""],
    ["f_int64", "", ""],
  ];
  for (const [name, json, path] of refused) {
    t.throws(() => fieldRead(name, json), { name: "FieldProblem", path }, `${name} ${json}`);
  }
  t.end();
});

t.test("a field of any kind can be read and written by itself", (t) => {
  const taken: [string, string][] = [
    ["f_string", `"hello"`],
    ["f_int64", `"9007199254740993"`],
    ["f_enum", `"COLOR_RED"`],
    ["r_string", `["a","b"]`],
    ["inners", `[]`],
    ["labels", `{"k":"v"}`],
    ["w_int64", `"5"`],
    ["struct_f", `{"a":[1,{"b":null}]}`],
    ["value_f", "null"],
    ["o_string", `"x"`],
    ["ts", `"2024-02-29T12:00:00Z"`],
  ];
  for (const [name, json] of taken) {
    t.equal(dialect.field(fieldNamed(ScalarsSchema, name)).write(fieldRead(name, json)), json, name);
  }
  t.end();
});

t.test("an unset field has JSON, too", (t) => {
  const empty = create(ScalarsSchema);
  const written = (name: string): string => dialect.field(fieldNamed(ScalarsSchema, name)).write(empty);
  t.equal(written("inners"), "[]");
  t.equal(written("labels"), "{}");
  t.equal(written("f_string"), `""`);
  t.equal(written("inner"), "null");
  t.equal(written("opt_string"), "null");
  t.end();
});

t.test("a type is compiled once", (t) => {
  t.equal(dialect.message(ScalarsSchema).write, dialect.message(ScalarsSchema).write);
  t.end();
});

t.test("a Struct that is a whole message is read as one", (t) => {
  const codec = dialect.message(StructSchema);
  const struct = create(StructSchema, { fields: { a: { kind: { case: "stringValue", value: "b" } } } });
  for (const read of [codec.read(`{"a":"b"}`), codec.readParsed({ a: "b" })]) t.same(read, struct);
  t.equal(codec.write(codec.read(`{"a":"b"}`)), `{"a":"b"}`);
  t.end();
});
