import { ScalarType } from "@bufbuild/protobuf";
import * as fc from "fast-check";
import t from "tap";
import {
  finiteDouble,
  finiteFloat,
  int32InRange,
  scalarText,
  uint32InRange,
  withoutExponent,
} from "../../../src/transcode/text/scalar-text.js";

const INTEGERS = [
  ScalarType.INT32,
  ScalarType.SINT32,
  ScalarType.SFIXED32,
  ScalarType.UINT32,
  ScalarType.FIXED32,
  ScalarType.INT64,
  ScalarType.SINT64,
  ScalarType.SFIXED64,
  ScalarType.UINT64,
  ScalarType.FIXED64,
];
const NO_INTEGERS = [
  "",
  " ",
  " 5",
  "5 ",
  "+5",
  "05",
  "-05",
  "0x10",
  "1e2",
  "1.0",
  "1.",
  "5n",
  "٣",
  "--1",
  "-",
  "abc",
  "1,000",
];

t.test("what is no whole number is refused by every integer type", (t) => {
  for (const type of INTEGERS) {
    for (const text of NO_INTEGERS)
      t.throws(() => scalarText(type)(text), { name: "FieldProblem" }, `${type} ${text}`);
    t.throws(() => scalarText(type)("9".repeat(100_000)), { name: "FieldProblem" });
  }
  t.end();
});

t.test("integers end where their bits do", (t) => {
  const edges: [ScalarType, string, string, string, string][] = [
    [ScalarType.INT32, "-2147483649", "-2147483648", "2147483647", "2147483648"],
    [ScalarType.UINT32, "-1", "0", "4294967295", "4294967296"],
    [
      ScalarType.INT64,
      "-9223372036854775809",
      "-9223372036854775808",
      "9223372036854775807",
      "9223372036854775808",
    ],
    [ScalarType.UINT64, "-1", "0", "18446744073709551615", "18446744073709551616"],
  ];
  for (const [type, below, least, most, above] of edges) {
    for (const text of [below, above]) t.throws(() => scalarText(type)(text), { name: "FieldProblem" }, text);
    for (const text of [least, most]) t.equal(String(scalarText(type)(text)), text);
  }
  t.ok(Object.is(scalarText(ScalarType.INT32)("-0"), 0));
  t.equal(scalarText(ScalarType.INT64)("-0"), 0n);
  t.throws(() => int32InRange(NaN));
  t.throws(() => uint32InRange(0.5));
  t.end();
});

t.test("floating point takes JSON numbers and the three that JSON does not have", (t) => {
  for (const type of [ScalarType.DOUBLE, ScalarType.FLOAT]) {
    const read = scalarText(type);
    for (const text of [
      "",
      " 1",
      "+1",
      "1.",
      ".5",
      "01",
      "0x10",
      "1e",
      "inf",
      "nan",
      "-NaN",
      "1e400",
      "Infinity ",
    ]) {
      t.throws(() => read(text), { name: "FieldProblem" }, text);
    }
    t.equal(read("-2.5e3"), -2500);
    t.equal(read("-Infinity"), -Infinity);
    t.ok(Number.isNaN(read("NaN")));
    t.ok(Object.is(read("-0"), -0));
  }
  t.throws(() => scalarText(ScalarType.FLOAT)("1e39"), { name: "FieldProblem" });
  t.equal(scalarText(ScalarType.FLOAT)("0.1"), Math.fround(0.1), "as the wire would have it");
  t.equal(
    scalarText(ScalarType.FLOAT)("3.4028235e38"),
    3.4028234663852886e38,
    "the largest, as it is usually written",
  );
  t.throws(() => finiteDouble(Infinity));
  t.throws(() => finiteFloat(-1e39));
  t.end();
});

t.test("a bool is true or false, and a string is any text", (t) => {
  for (const text of ["", "1", "0", "TRUE", "True", "t", "yes", " true"]) {
    t.throws(() => scalarText(ScalarType.BOOL)(text), { name: "FieldProblem" }, text);
  }
  t.equal(scalarText(ScalarType.BOOL)("true"), true);
  t.equal(scalarText(ScalarType.BOOL)("false"), false);
  for (const text of ["", `"x"`, "null", " a ", "\0"]) t.equal(scalarText(ScalarType.STRING)(text), text);
  t.end();
});

t.test("bytes are base64 in either alphabet, padded or not, and nothing else", (t) => {
  const read = scalarText(ScalarType.BYTES);
  for (const text of [
    "*",
    "A",
    "AAAAA",
    "AQ=",
    "A===",
    "AQ==AQ==",
    "A=Q=",
    " AQ==",
    "AQ\n==",
    "=",
    "AQ===",
  ]) {
    t.throws(() => read(text), { name: "FieldProblem" }, text);
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 20 }), (bytes) => {
      const standard = Buffer.from(bytes).toString("base64");
      const forms = [
        standard,
        standard.replaceAll("=", ""),
        standard.replaceAll("+", "-").replaceAll("/", "_"),
      ];
      return forms.every((text) => Buffer.from(read(text) as Uint8Array).equals(bytes));
    }),
  );
  t.end();
});

t.test("a number that was written as text comes back", (t) => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      (value) => scalarText(ScalarType.INT64)(String(value)) === value,
    ),
  );
  fc.assert(fc.property(fc.integer(), (value) => scalarText(ScalarType.SINT32)(String(value)) === value));
  fc.assert(
    fc.property(fc.double(), (value) => Object.is(scalarText(ScalarType.DOUBLE)(textOf(value)), value)),
  );
  t.end();
});

function textOf(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

t.test("what is not a whole number with an exponent stays as it is", (t) => {
  for (const text of [
    "",
    "1",
    "1.5",
    "1.5e0",
    "15e-2",
    "1e-1",
    "0x1e2",
    "01e2",
    "1e",
    "e1",
    " 1e2",
    "1e20",
    "1e999",
  ])
    t.equal(withoutExponent(text), text, text);
  t.end();
});

t.test("a whole number with an exponent is written out, exactly", (t) => {
  for (const [text, digits] of [
    ["1e5", "100000"],
    ["-1E+2", "-100"],
    ["1.5e2", "150"],
    ["0.015e3", "15"],
    ["1500e-2", "15"],
    ["0e9", "0"],
    ["-0.00e0", "0"],
    ["9.223372036854775807e18", "9223372036854775807"],
  ] as const)
    t.equal(withoutExponent(text), digits, text);
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.nat(18), (value, at) => {
      const digits = String(value < 0n ? -value : value).padStart(at + 1, "0");
      const [whole, fraction] = [digits.slice(0, digits.length - at), digits.slice(digits.length - at)];
      if (/^0\d/.test(whole)) return true;
      const text = `${value < 0n ? "-" : ""}${whole}${fraction === "" ? "" : `.${fraction}`}e${at}`;
      return scalarText(ScalarType.INT64)(withoutExponent(text)) === value;
    }),
  );
  t.end();
});
