import { create, type DescMessage, type Message } from "@bufbuild/protobuf";
import {
  DurationSchema,
  EmptySchema,
  FieldMaskSchema,
  Int64ValueSchema,
  ListValueSchema,
  StringValueSchema,
  StructSchema,
  TimestampSchema,
  ValueSchema,
} from "@bufbuild/protobuf/wkt";
import t from "tap";
import { canonicalStyle } from "../../../src/transcode/json/canonical-dialect.js";
import type { Json } from "../../../src/transcode/json/json-text.js";
import { plainStyle } from "../../../src/transcode/json/plain-dialect.js";
import { wellKnownReader, wellKnownWriter } from "../../../src/transcode/json/well-known-json.js";
import { InnerSchema } from "../../fixtures/gen/transcodetest/v1/transcoding_cases_pb.js";

function read(desc: DescMessage, json: Json): unknown {
  return wellKnownReader(desc, canonicalStyle, unused)?.(json, { depth: 0, keys: 0 });
}

function write(desc: DescMessage, message: unknown, style = canonicalStyle): string | undefined {
  return wellKnownWriter(desc, style, unused)?.(message);
}

function unused(): never {
  throw new Error("only Any needs other types");
}

t.test("JSON of another kind is refused", (t) => {
  const refused: [DescMessage, Json][] = [
    [TimestampSchema, 1700000000],
    [TimestampSchema, { seconds: 1 }],
    [DurationSchema, 1.5],
    [DurationSchema, null],
    [FieldMaskSchema, ["a"]],
    [FieldMaskSchema, "update_mask"],
    [StructSchema, []],
    [ListValueSchema, {}],
    [Int64ValueSchema, { value: 1 }],
    [StringValueSchema, 1],
  ];
  for (const [desc, json] of refused)
    t.throws(() => read(desc, json), { name: "FieldProblem" }, desc.typeName);
  t.end();
});

t.test("each type is written as ProtoJSON has it, and read again", (t) => {
  const values: [DescMessage, Message, string][] = [
    [
      TimestampSchema,
      create(TimestampSchema, { seconds: 1n, nanos: 500_000_000 }),
      `"1970-01-01T00:00:01.500Z"`,
    ],
    [DurationSchema, create(DurationSchema, { seconds: -1n, nanos: -1000 }), `"-1.000001s"`],
    [FieldMaskSchema, create(FieldMaskSchema, { paths: ["a_b", "c"] }), `"aB,c"`],
    [Int64ValueSchema, create(Int64ValueSchema, { value: 5n }), `"5"`],
    [StringValueSchema, create(StringValueSchema, { value: "é" }), `"é"`],
    [ValueSchema, create(ValueSchema, { kind: { case: "boolValue", value: true } }), "true"],
    [
      ListValueSchema,
      create(ListValueSchema, { values: [{ kind: { case: "stringValue", value: "a" } }] }),
      `["a"]`,
    ],
  ];
  for (const [desc, message, json] of values) {
    t.equal(write(desc, message), json, desc.typeName);
    t.same(read(desc, JSON.parse(json) as Json), message);
  }
  t.equal(write(StructSchema, { a: [1] }), `{"a":[1]}`);
  t.equal(write(FieldMaskSchema, create(FieldMaskSchema, { paths: ["a_b"] }), plainStyle), `"a_b"`);
  t.end();
});

t.test("an ordinary message, Empty included, has no JSON of its own", (t) => {
  for (const desc of [InnerSchema, EmptySchema]) {
    t.equal(wellKnownReader(desc, canonicalStyle, unused), undefined);
    t.equal(wellKnownWriter(desc, canonicalStyle, unused), undefined);
  }
  t.end();
});
