import * as fc from "fast-check";
import { ScalarsSchema } from "../../fixtures/gen/transcodetest/v1/transcoding_cases_pb.js";

const NUMBERS =
  "0 1 -1 1.5 1e2 1e400 -0 0.0 100.0 2147483647 2147483648 4294967295 4294967296 1e39 3.4028235e38 -1e-7";
const LARGE =
  "9007199254740991 9007199254740993 9223372036854775807 -9223372036854775808 18446744073709551616";
const TEXTS = [
  "1",
  "0x10",
  " 5",
  "1e2",
  "007",
  "",
  "+1",
  "-0",
  "1.0",
  "NaN",
  "Infinity",
  "inf",
  "true",
  "é",
  "😀",
  "null",
];
const ENUMS = ["COLOR_RED", "RED", "color_red", "COLOR_NEGATIVE"];
const BYTES = ["AQID", "-_8", "+/8=", "*", "AQ==", "AQ=", "A", "AQ ID"];
const TIMES = [
  "2024-02-29T12:00:00Z",
  "2024-02-30T12:00:00Z",
  "2024-02-29T24:00:00Z",
  "9999-12-31T23:59:59-01:00",
];
const LENGTHS = ["1.5s", "-0.5s", "1", "1.0000000001s", "315576000001s", "1sx", ".5s"];
const MASKS = ["title,amount", "updateMask", "update_mask", "a,,b", "*"];
const VALUES = [
  "true",
  "false",
  "null",
  "[]",
  "{}",
  "[null]",
  "[1]",
  `["a"]`,
  `{"a":"b"}`,
  `{"a":1}`,
  `{"a":null}`,
  `"\\ud800"`,
];
const NESTED = [
  `{"label":"x"}`,
  `{"child":{"big":"5","tags":["a"]}}`,
  `{"nope":1}`,
  `[{"label":"x"}]`,
  `{"x":[1,null]}`,
];
const ODD = [`{"a":1,"a":2}`, `{"__proto__":1}`, `{"constructor":"x"}`, `{"1":"2","01":"3"}`];

const literals = [...NUMBERS.split(" "), ...LARGE.split(" "), ...VALUES, ...NESTED, ...ODD];
const texts = [...TEXTS, ...ENUMS, ...BYTES, ...TIMES, ...LENGTHS, ...MASKS].map((text) =>
  JSON.stringify(text),
);

/** JSON that a field may or may not take. */
const value = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...literals, ...texts) },
  { weight: 1, arbitrary: fc.json({ maxDepth: 2 }) },
);
const known = ScalarsSchema.fields.flatMap((field) => [field.name, field.jsonName]);
const name = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom(...known) },
  { weight: 1, arbitrary: fc.constantFrom("nope", "__proto__", "constructor", "") },
);

/** Objects with some fields of Scalars, right and wrong. */
export const scalarsJson = fc
  .array(fc.tuple(name, value), { maxLength: 3 })
  .map((members) => `{${members.map(([key, json]) => `${JSON.stringify(key)}:${json}`).join(",")}}`);
