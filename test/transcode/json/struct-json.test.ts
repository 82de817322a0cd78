import { create } from "@bufbuild/protobuf";
import { StructSchema, ValueSchema, type ListValue, type Value } from "@bufbuild/protobuf/wkt";
import * as fc from "fast-check";
import t from "tap";
import type { Json } from "../../../src/transcode/json/json-text.js";
import {
  jsonOfValue,
  readListValue,
  readStruct,
  readValue,
  structJson,
} from "../../../src/transcode/json/struct-json.js";

const start = () => ({ depth: 0, keys: 0 });

t.test("free JSON that a Value cannot carry is refused with the way to it", (t) => {
  const refused: [string, string][] = [
    [`{"a":[1,1e400]}`, "a[1]"],
    [`{"a":{"b":"\\ud800"}}`, "a.b"],
    [`{"\\ud800":1}`, ""],
    [`{"a":{"__proto__":1}}`, "a"],
  ];
  for (const [json, path] of refused) {
    t.throws(() => readStruct(JSON.parse(json) as Json, start()), { name: "FieldProblem", path }, json);
  }
  for (const json of [null, [], "x", 1]) t.throws(() => readStruct(json, start()));
  for (const json of [null, {}, "x", 1]) t.throws(() => readListValue(json, start()));
  const deep = JSON.parse(`${"[".repeat(102)}${"]".repeat(102)}`) as Json;
  t.throws(() => readValue(deep, start()), { message: /nested more than 100 deep/ });
  t.throws(() => readListValue(deep, start()), { message: /nested more than 100 deep/ });
  t.end();
});

t.test("a Value without JSON is not written", (t) => {
  t.throws(() => jsonOfValue(create(ValueSchema)), RangeError);
  t.throws(() => jsonOfValue(create(ValueSchema, { kind: { case: "numberValue", value: NaN } })), RangeError);
  t.end();
});

t.test("free JSON comes back as it was", (t) => {
  const json = fc.jsonValue().filter((value) => !JSON.stringify(value).includes("__proto__"));
  fc.assert(
    fc.property(json, (value) => {
      const text = JSON.stringify(value);
      return JSON.stringify(jsonOfValue(readValue(JSON.parse(text) as Json, start()) as Value)) === text;
    }),
  );
  const list = readListValue([1, "a", null], start()) as ListValue;
  t.same(list.values.map(jsonOfValue), [1, "a", null]);
  t.end();
});

t.test("a Struct is written from the plain object of a field, and from a message", (t) => {
  const json = { a: { b: [true, null] } };
  t.equal(structJson(readStruct(json, start())), JSON.stringify(json));
  const fields = { a: readValue(json.a, start()) as Value };
  t.equal(structJson(create(StructSchema, { fields })), JSON.stringify(json));
  t.end();
});
