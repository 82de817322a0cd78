import { ScalarType } from "@bufbuild/protobuf";
import { FieldProblem } from "../errors/field-problem.js";

/** Reads a text as a value of one type, or throws a FieldProblem. */
export type TextReader = (text: string) => unknown;

/**
 * The reader of a scalar's text: a path variable, a query parameter, a number or bytes in a JSON string.
 *
 * Strict: each value has one notation, without blanks, hexadecimal or leading zeros.
 */
export function scalarText(type: ScalarType): TextReader {
  return READERS[type];
}

const READERS: Record<ScalarType, TextReader> = {
  [ScalarType.DOUBLE]: doubleText,
  [ScalarType.FLOAT]: floatText,
  [ScalarType.INT64]: signed64,
  [ScalarType.SINT64]: signed64,
  [ScalarType.SFIXED64]: signed64,
  [ScalarType.UINT64]: unsigned64,
  [ScalarType.FIXED64]: unsigned64,
  [ScalarType.INT32]: signed32,
  [ScalarType.SINT32]: signed32,
  [ScalarType.SFIXED32]: signed32,
  [ScalarType.UINT32]: unsigned32,
  [ScalarType.FIXED32]: unsigned32,
  [ScalarType.BOOL]: boolText,
  [ScalarType.STRING]: (text) => text,
  [ScalarType.BYTES]: bytesText,
};

const INTEGER = /^-?(?:0|[1-9]\d*)$/;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

function signed32(text: string): number {
  return int32InRange(INTEGER.test(text) ? Number(text) : NaN);
}

function unsigned32(text: string): number {
  return uint32InRange(INTEGER.test(text) ? Number(text) : NaN);
}

function signed64(text: string): bigint {
  const value = bigIntOf(text);
  if (BigInt.asIntN(64, value) !== value) throw new FieldProblem(SIGNED_64);
  return value;
}

function unsigned64(text: string): bigint {
  const value = bigIntOf(text);
  if (BigInt.asUintN(64, value) !== value) throw new FieldProblem(UNSIGNED_64);
  return value;
}

function bigIntOf(text: string): bigint {
  // A 64-bit number has 20 characters at most, and BigInt takes quadratic time on longer texts.
  if (text.length > 20 || !INTEGER.test(text)) throw new FieldProblem(SIGNED_64);
  return BigInt(text);
}

/**
 * The digits of a whole number that is written with an exponent: `1.5e2` is `150`. Any other text is returned as it is,
 * and so is a number that is too long for 64 bits.
 */
export function withoutExponent(text: string): string {
  const [, sign = "", whole = "", fraction = "", exponent = ""] = WITH_EXPONENT.exec(text) ?? [];
  if (exponent === "") return text;
  const digits = `${whole}${fraction}`.replace(/^0+/, "");
  if (digits === "") return "0";
  const shift = Number(exponent) - fraction.length;
  if (shift >= 0) return digits.length + shift > DIGITS_MAX ? text : `${sign}${digits}${"0".repeat(shift)}`;
  return /^0+$/.test(digits.slice(shift)) && digits.length > -shift
    ? `${sign}${digits.slice(0, shift)}`
    : text;
}

/** Of 64 bits. */
const DIGITS_MAX = 20;

const WITH_EXPONENT = /^(-?)(0|[1-9]\d{0,19})(?:\.(\d{1,20}))?[eE]([+-]?\d{1,3})$/;

const SIGNED_64 = "must be a whole number of at most 64 bits";
const UNSIGNED_64 = "must be a whole number of at most 64 bits, not negative";

/** Checks a signed 32-bit integer; -0 becomes 0, as in the binary format. */
export function int32InRange(value: number): number {
  if ((value | 0) !== value) throw new FieldProblem("must be a whole number from -2147483648 to 2147483647");
  return value | 0;
}

/** Checks an unsigned 32-bit integer. */
export function uint32InRange(value: number): number {
  if (value >>> 0 !== value) throw new FieldProblem("must be a whole number from 0 to 4294967295");
  return value >>> 0;
}

/** Checks that a number is finite. */
export function finiteDouble(value: number): number {
  if (!Number.isFinite(value)) throw new FieldProblem("must be a number that fits in 64 bits");
  return value;
}

/** Rounds to 32 bits, as the binary format does, so that handlers get one number over every protocol. */
export function finiteFloat(value: number): number {
  const rounded = Math.fround(value);
  if (!Number.isFinite(rounded)) throw new FieldProblem("must be a number that fits in 32 bits");
  return rounded;
}

function doubleText(text: string): number {
  return NOT_FINITE.get(text) ?? finiteDouble(numberOf(text));
}

function floatText(text: string): number {
  return NOT_FINITE.get(text) ?? finiteFloat(numberOf(text));
}

const NOT_FINITE = new Map([
  ["NaN", NaN],
  ["Infinity", Infinity],
  ["-Infinity", -Infinity],
]);

function numberOf(text: string): number {
  if (!NUMBER.test(text)) throw new FieldProblem("must be a number");
  return Number(text);
}

function boolText(text: string): boolean {
  if (text !== "true" && text !== "false") throw new FieldProblem("must be true or false");
  return text === "true";
}

const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;

/** Base64 in the standard or the URL alphabet, padded or not. */
function bytesText(text: string): Uint8Array {
  const digits = text.length - (text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0);
  const padded = digits !== text.length;
  if (!BASE64.test(text) || digits % 4 === 1 || (padded && text.length % 4 !== 0)) {
    throw new FieldProblem("must be base64");
  }
  return new Uint8Array(Buffer.from(text, "base64"));
}
