import { create, createRegistry, equals } from "@bufbuild/protobuf";
import {
  AnySchema,
  anyPack,
  DurationSchema,
  EmptySchema,
  StructSchema,
  type Any,
} from "@bufbuild/protobuf/wkt";
import t from "tap";
import { anyJson } from "../../../src/transcode/json/any-json.js";
import { canonicalStyle } from "../../../src/transcode/json/canonical-dialect.js";
import { createJsonDialect } from "../../../src/transcode/json/dialect.js";
import { InnerSchema } from "../../fixtures/gen/transcodetest/v1/transcoding_cases_pb.js";

const registry = createRegistry(InnerSchema, DurationSchema, EmptySchema, StructSchema);
const codec = createJsonDialect({ ...canonicalStyle, defaults: "omit", registry }).message(AnySchema);
const closed = createJsonDialect(canonicalStyle).message(AnySchema);
const URL = "type.googleapis.com/";

t.test("an Any of a type that is not known, or not as its type has it, is refused", (t) => {
  const refused: [string, string][] = [
    ["[]", ""],
    ["null", ""],
    [`{"label":"x"}`, "@type"],
    [`{"@type":"${URL}nope.Nope"}`, "@type"],
    [`{"@type":1}`, "@type"],
    [`{"@type":"${URL}transcodetest.v1.Inner","nope":1}`, "nope"],
    [`{"@type":"${URL}google.protobuf.Duration"}`, ""],
    [`{"@type":"${URL}google.protobuf.Duration","value":"1s","more":1}`, ""],
    [`{"@type":"${URL}google.protobuf.Duration","value":"1"}`, ""],
    [`{"@type":"${URL}google.protobuf.Empty","@type":"${URL}google.protobuf.Empty"}`, ""],
  ];
  for (const [json, path] of refused) t.throws(() => codec.read(json), { name: "FieldProblem", path }, json);
  t.throws(() => closed.read(`{"@type":"${URL}transcodetest.v1.Inner"}`), {
    name: "FieldProblem",
    path: "@type",
  });
  t.throws(() => closed.write(anyPack(InnerSchema, create(InnerSchema))), TypeError);
  t.end();
});

t.test("an Any is written with its type first, and read again", (t) => {
  const values: [Any, string][] = [
    [create(AnySchema), "{}"],
    [anyPack(EmptySchema, create(EmptySchema)), `{"@type":"${URL}google.protobuf.Empty"}`],
    [
      anyPack(DurationSchema, create(DurationSchema, { seconds: 1n })),
      `{"@type":"${URL}google.protobuf.Duration","value":"1s"}`,
    ],
    [
      anyPack(
        StructSchema,
        create(StructSchema, { fields: { a: { kind: { case: "numberValue", value: 1 } } } }),
      ),
      `{"@type":"${URL}google.protobuf.Struct","value":{"a":1}}`,
    ],
    [
      anyPack(InnerSchema, create(InnerSchema, { label: "x" })),
      `{"@type":"${URL}transcodetest.v1.Inner","label":"x"}`,
    ],
  ];
  for (const [any, json] of values) {
    t.equal(codec.write(any), json);
    t.ok(equals(AnySchema, codec.read(json) as Any, any), json);
  }
  t.equal(anyJson("u", EmptySchema, "{}"), `{"@type":"u"}`);
  t.end();
});
