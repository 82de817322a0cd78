import t from "tap";
import { canonicalStyle } from "../../../src/transcode/json/canonical-dialect.js";
import { fieldText } from "../../../src/transcode/json/field-text.js";
import { plainStyle } from "../../../src/transcode/json/plain-dialect.js";
import { Color, ScalarsSchema } from "../../fixtures/gen/transcodetest/v1/transcoding_cases_pb.js";
import { fieldNamed } from "../support/fields.js";

function read(name: string, text: string, style = canonicalStyle): unknown {
  return fieldText(fieldNamed(ScalarsSchema, name), style)?.(text);
}

t.test("messages, maps and lists of messages have no text", (t) => {
  const without = ScalarsSchema.fields.filter((field) => fieldText(field, canonicalStyle) === undefined);
  t.same(
    without.map((field) => field.name),
    ["struct_f", "value_f", "o_inner", "labels", "counts", "inner", "inners"],
  );
  t.end();
});

t.test("an empty text is refused by everything but strings, bytes and masks", (t) => {
  const taking = ScalarsSchema.fields.filter((field) => {
    try {
      return fieldText(field, canonicalStyle)?.("") !== undefined;
    } catch {
      return false; // Refused, which is what is asked.
    }
  });
  t.same(
    taking.map((field) => field.name),
    [
      "f_string",
      "f_bytes",
      "opt_string",
      "r_string",
      "r_bytes",
      "w_string",
      "w_bytes",
      "mask",
      "o_string",
      "renamed_field",
    ],
  );
  t.end();
});

t.test("an enum takes its names and known numbers", (t) => {
  for (const text of ["99", "-2", "1.0", "01", " 1", "RED", "color_red", "constructor", "9".repeat(50)]) {
    t.throws(() => read("f_enum", text), { name: "FieldProblem" }, text);
  }
  t.equal(read("f_enum", "COLOR_RED"), Color.RED);
  t.equal(read("f_enum", "-1"), Color.NEGATIVE);
  t.equal(read("r_enum", "2"), Color.GREEN);
  t.throws(() => read("f_enum", "1", plainStyle), { name: "FieldProblem" });
  t.equal(read("f_enum", "red", plainStyle), Color.RED);
  t.end();
});

t.test("well-known types take their text, and wrappers that of their scalar", (t) => {
  t.match(read("ts", "1970-01-01T00:00:01Z"), { seconds: 1n });
  t.match(read("dur", "1.5s"), { seconds: 1n, nanos: 500_000_000 });
  t.match(read("mask", "update_mask,aB"), { paths: ["update_mask", "a_b"] });
  t.equal(read("w_int64", "0"), 0n);
  t.equal(read("w_bool", "false"), false);
  t.throws(() => read("w_int64", "9007199254740993", plainStyle), { name: "FieldProblem" });
  t.end();
});
