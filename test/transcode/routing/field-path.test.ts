import { create, equals } from "@bufbuild/protobuf";
import t from "tap";
import { holderOf, resolvePath, type FieldPath } from "../../../src/transcode/routing/field-path.js";
import { ScalarsSchema } from "../../fixtures/gen/transcodetest/v1/transcoding_cases_pb.js";

t.test("a path that leads to no field says why", (t) => {
  const refused: [string, RegExp][] = [
    ["nope", /unknown field of transcodetest\.v1\.Scalars/],
    ["", /unknown field/],
    ["inner.", /unknown field of transcodetest\.v1\.Inner/],
    ["inner..label", /unknown field/],
    ["f_int32.x", /no fields of its own/],
    ["r_string.x", /no fields of its own/],
    ["inners.label", /no fields of its own/],
    ["struct_f.x", /no fields of its own/],
    ["constructor", /unknown field/],
    ["__proto__.x", /unknown field/],
    ["renamedField", /unknown field/],
    [`inner.${"child.".repeat(99)}label`, /more than 100 fields deep/],
  ];
  for (const [path, reason] of refused) t.match(resolvePath(ScalarsSchema, path.split(".")), reason, path);
  t.match(resolvePath(ScalarsSchema, []), /no field/);
  t.end();
});

t.test("proto names and JSON names lead to the same field, and its name is the proto name", (t) => {
  for (const path of ["inner.child.label", "oInner.label", "o_inner.label", "customName", "renamed_field"]) {
    t.type(resolvePath(ScalarsSchema, path.split(".")), "object", path);
  }
  t.equal(path("customName").name, "renamed_field");
  t.equal(path("oInner.label").name, "o_inner.label");
  t.end();
});

t.test("the messages on the way are made where they are not there yet", (t) => {
  const message = create(ScalarsSchema, { inner: { label: "kept" } });
  const holder = holderOf(message, path("inner.child.count"));
  t.equal(holder.$typeName, "transcodetest.v1.Inner");
  t.equal(holderOf(message, path("inner.child.label")), holder, "and found where they are");
  t.ok(equals(ScalarsSchema, message, create(ScalarsSchema, { inner: { label: "kept", child: {} } })));
  t.end();
});

t.test("a way through a second member of a oneof is refused", (t) => {
  const message = create(ScalarsSchema, { choice: { case: "oString", value: "x" } });
  t.throws(() => holderOf(message, path("o_inner.label")), { name: "FieldProblem", message: /"o_string"/ });
  t.end();
});

function path(text: string): FieldPath {
  const found = resolvePath(ScalarsSchema, text.split("."));
  if (typeof found === "string") throw new Error(found);
  return found;
}
