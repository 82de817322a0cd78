import { create } from "@bufbuild/protobuf";
import { FieldMaskSchema } from "@bufbuild/protobuf/wkt";
import t from "tap";
import { canonicalStyle } from "../../../src/transcode/json/canonical-dialect.js";
import { createJsonDialect, plainEnumNames } from "../../../src/transcode/json/dialect.js";
import type { JsonStyle } from "../../../src/transcode/json/json-style.js";
import { Color, ScalarsSchema } from "../../fixtures/gen/transcodetest/v1/transcoding_cases_pb.js";

const message = create(ScalarsSchema, {
  fInt64: 5n,
  fEnum: Color.RED,
  renamedField: "x",
  mask: create(FieldMaskSchema, { paths: ["update_mask"] }),
});

/** The fields that a style changes, out of what it writes for the message above. */
function written(change: Partial<JsonStyle>): Record<string, unknown> {
  const codec = createJsonDialect({ ...canonicalStyle, ...change }).message(ScalarsSchema);
  return JSON.parse(codec.write(message)) as Record<string, unknown>;
}

t.test("each choice of a style changes what it says, and nothing else", (t) => {
  const before = written({});
  const changes: [Partial<JsonStyle>, string, unknown][] = [
    [{ int64: "number" }, "fInt64", 5],
    [{ enumNames: plainEnumNames }, "fEnum", "red"],
    [{ fieldMask: "proto" }, "mask", "update_mask"],
    [{ unset: "null" }, "inner", null],
    [{ defaults: "omit" }, "fString", undefined],
    [{ fieldName: (field) => field.name }, "renamed_field", "x"],
  ];
  for (const [change, key, value] of changes) {
    t.equal(written(change)[key], value, JSON.stringify(change));
    t.not(before[key], value);
  }
  t.end();
});

t.test("what has its default is left out whole, down to lists and maps", (t) => {
  const codec = createJsonDialect({ ...canonicalStyle, defaults: "omit" }).message(ScalarsSchema);
  t.equal(codec.write(create(ScalarsSchema)), "{}");
  t.equal(codec.write(create(ScalarsSchema, { optString: "", inner: {} })), `{"optString":"","inner":{}}`);
  t.end();
});

t.test("a mask in a body is in proto names only where the style writes them", (t) => {
  const json = `{"mask":"update_mask"}`;
  t.throws(() => createJsonDialect(canonicalStyle).message(ScalarsSchema).read(json), {
    name: "FieldProblem",
    path: "mask",
  });
  const proto = createJsonDialect({ ...canonicalStyle, fieldMask: "proto" });
  t.match(proto.message(ScalarsSchema).read(json), { mask: { paths: ["update_mask"] } });
  t.end();
});
