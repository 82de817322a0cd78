import { ScalarType } from "@bufbuild/protobuf";
import * as fc from "fast-check";
import t from "tap";
import { canonicalStyle } from "../../../src/transcode/json/canonical-dialect.js";
import { plainStyle } from "../../../src/transcode/json/plain-dialect.js";
import {
  checkKey,
  isInt64,
  scalarReader,
  scalarWriter,
  stringOf,
  styledText,
} from "../../../src/transcode/json/scalar-json.js";
import type { Json } from "../../../src/transcode/json/json-text.js";

t.test("a map's key is text, and not __proto__", (t) => {
  for (const key of ["__proto__", "\ud800", "a\udc00"])
    t.throws(() => checkKey(key), { name: "FieldProblem" }, key);
  for (const key of ["", "proto", "__proto", "constructor", "ключ"]) t.doesNotThrow(() => checkKey(key), key);
  t.end();
});

t.test("JSON of another type than the field's is refused", (t) => {
  const refused: [ScalarType, Json[]][] = [
    [ScalarType.INT32, [true, 1.5, 2 ** 31, "1.5e0", "0x7", "", [], {}, "1.0"]],
    [ScalarType.UINT32, [-1, 2 ** 32, "-1"]],
    [ScalarType.INT64, [true, 1.5, 2 ** 53, -(2 ** 53), 1e300, "0x10", " 5", "1e-1", "", []]],
    [ScalarType.UINT64, [-1, "-1", 2 ** 53]],
    [ScalarType.DOUBLE, [true, "0x10", "", " 1", "1e400", Infinity, NaN, []]],
    [ScalarType.FLOAT, [1e39, "1e39", Infinity, {}]],
    [ScalarType.BOOL, ["true", 1, 0, []]],
    [ScalarType.STRING, [1, true, [], "\ud800", "a\udc00"]],
    [ScalarType.BYTES, [1, "*", "\ud800"]],
  ];
  for (const [type, values] of refused) {
    for (const style of [canonicalStyle, plainStyle]) {
      const read = scalarReader(type, style);
      for (const value of values)
        t.throws(() => read(value), { name: "FieldProblem" }, `${type} ${JSON.stringify(value)}`);
    }
  }
  t.end();
});

t.test("integers may be written with a fraction of zero, an exponent, or as text", (t) => {
  for (const [type, value] of [
    [ScalarType.INT32, 100],
    [ScalarType.INT64, 100n],
    [ScalarType.FIXED64, 100n],
    [ScalarType.DOUBLE, 100],
  ] as const) {
    for (const json of ["100", "100.0", "1e2", `"100"`]) {
      t.equal(scalarReader(type, canonicalStyle)(JSON.parse(json) as Json), value, `${type} ${json}`);
    }
  }
  t.end();
});

t.test("an integer's text may have an exponent in ProtoJSON, and only there", (t) => {
  for (const [type, value] of [
    [ScalarType.INT32, 150],
    [ScalarType.UINT64, 150n],
  ] as const) {
    t.equal(scalarReader(type, canonicalStyle)("1.5e2"), value);
    t.throws(() => scalarReader(type, plainStyle)("1.5e2"), { name: "FieldProblem" });
  }
  t.end();
});

t.test("the plain style holds every 64-bit integer to what a JSON number can hold", (t) => {
  const max = String(Number.MAX_SAFE_INTEGER);
  const read = scalarReader(ScalarType.INT64, plainStyle);
  for (const text of ["9007199254740992", "-9007199254740992", "9223372036854775807"]) {
    t.throws(() => read(text), {
      name: "FieldProblem",
      message: /from -9007199254740991 to 9007199254740991/,
    });
    t.throws(() => styledText(ScalarType.INT64, plainStyle)(text), { name: "FieldProblem" });
    t.throws(() => scalarWriter(ScalarType.INT64, plainStyle)(BigInt(text)), RangeError);
    t.equal(scalarReader(ScalarType.INT64, canonicalStyle)(text), BigInt(text));
    t.equal(scalarWriter(ScalarType.INT64, canonicalStyle)(BigInt(text)), `"${text}"`);
  }
  t.equal(read(`-${max}`), -BigInt(max));
  t.equal(scalarWriter(ScalarType.INT64, plainStyle)(BigInt(max)), max);
  t.end();
});

t.test("numbers that JSON does not have are written as text, and the zero's sign stays", (t) => {
  for (const type of [ScalarType.DOUBLE, ScalarType.FLOAT]) {
    const write = scalarWriter(type, canonicalStyle);
    for (const value of [NaN, Infinity, -Infinity]) t.equal(write(value), `"${value}"`);
    t.equal(write(-0), "-0");
    t.equal(write(1e21), "1e+21");
  }
  t.end();
});

t.test("a float is written as shortly as it can be told from its neighbours", (t) => {
  const write = scalarWriter(ScalarType.FLOAT, canonicalStyle);
  t.equal(write(Math.fround(0.1)), "0.1");
  t.equal(write(Math.fround(16_777_217)), "16777216");
  t.equal(write(3.4028234663852886e38), "3.4028235e+38");
  fc.assert(
    fc.property(fc.float({ noNaN: true }), (value) =>
      Object.is(Math.fround(JSON.parse(quoteless(write(value)))), value),
    ),
  );
  t.end();
});

function quoteless(json: string): string {
  return json.replaceAll('"', "").replace("Infinity", "1e999");
}

t.test("what is written is read again, in both styles", (t) => {
  const values: [ScalarType, fc.Arbitrary<unknown>][] = [
    [ScalarType.INT32, fc.integer()],
    [ScalarType.UINT32, fc.nat()],
    [ScalarType.INT64, fc.maxSafeInteger().map(BigInt)],
    [ScalarType.UINT64, fc.maxSafeNat().map(BigInt)],
    [ScalarType.DOUBLE, fc.double()],
    [ScalarType.BOOL, fc.boolean()],
    [ScalarType.STRING, fc.string({ unit: "grapheme" })],
  ];
  for (const [type, arbitrary] of values) {
    for (const style of [canonicalStyle, plainStyle]) {
      const [read, write] = [scalarReader(type, style), scalarWriter(type, style)];
      fc.assert(fc.property(arbitrary, (value) => Object.is(read(JSON.parse(write(value)) as Json), value)));
    }
  }
  t.ok(isInt64(ScalarType.SFIXED64));
  t.notOk(isInt64(ScalarType.INT32));
  t.notOk(isInt64(undefined));
  t.equal(stringOf("😀"), "😀");
  t.end();
});
