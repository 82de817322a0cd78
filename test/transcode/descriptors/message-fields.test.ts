import { create } from "@bufbuild/protobuf";
import t from "tap";
import { getField, setField } from "../../../src/transcode/descriptors/message-fields.js";
import { ScalarsSchema } from "../../fixtures/gen/transcodetest/v1/transcoding_cases_pb.js";
import { fieldNamed } from "../support/fields.js";

t.test("a second member of a oneof is refused by the first one's name", (t) => {
  const message = create(ScalarsSchema);
  setField(message, fieldNamed(ScalarsSchema, "o_string"), "x");
  t.throws(() => setField(message, fieldNamed(ScalarsSchema, "o_int32"), 1), {
    name: "FieldProblem",
    reason: "parameter_conflict",
    message: 'cannot be given together with "o_string"',
  });
  t.same(message.choice, { case: "oString", value: "x" });
  t.end();
});

t.test("fields are set and read as protobuf-es keeps them", (t) => {
  const message = create(ScalarsSchema);
  for (const [name, value] of [
    ["f_int64", 5n],
    ["o_string", "x"],
    ["r_string", ["a"]],
  ] as const) {
    setField(message, fieldNamed(ScalarsSchema, name), value);
    t.same(getField(message, fieldNamed(ScalarsSchema, name)), value);
  }
  t.same(
    message,
    create(ScalarsSchema, { fInt64: 5n, choice: { case: "oString", value: "x" }, rString: ["a"] }),
  );
  t.end();
});

t.test("an unset field with presence is undefined, and one without has its default", (t) => {
  const message = create(ScalarsSchema);
  t.equal(getField(message, fieldNamed(ScalarsSchema, "opt_int32")), undefined);
  t.equal(getField(message, fieldNamed(ScalarsSchema, "o_string")), undefined);
  t.equal(getField(message, fieldNamed(ScalarsSchema, "inner")), undefined);
  t.equal(getField(message, fieldNamed(ScalarsSchema, "f_string")), "");
  t.end();
});
