import { ScalarType } from "@bufbuild/protobuf";
import { FieldProblem } from "../errors/field-problem.js";
import type { JsonStyle } from "./json-style.js";
import type { Json } from "./json-text.js";
import {
  finiteDouble,
  finiteFloat,
  int32InRange,
  scalarText,
  uint32InRange,
  type TextReader,
  withoutExponent,
} from "../text/scalar-text.js";

/** Whether a scalar is a 64-bit integer. */
export function isInt64(type: ScalarType | undefined): boolean {
  return type !== undefined && INT64.has(type);
}

const INT64 = new Set([
  ScalarType.INT64,
  ScalarType.SINT64,
  ScalarType.SFIXED64,
  ScalarType.UINT64,
  ScalarType.FIXED64,
]);
const UINT32 = new Set([ScalarType.UINT32, ScalarType.FIXED32]);

/** The reader of a scalar's text in a dialect. Where int64 are JSON numbers, their texts must be exact as well. */
export function styledText(type: ScalarType, style: JsonStyle): TextReader {
  const read = scalarText(type);
  if (style.int64 === "text" || !isInt64(type)) return read;
  return (text) => safe(read(text) as bigint);
}

function safe(value: bigint): bigint {
  if (value > MAX_SAFE || value < -MAX_SAFE) throw new FieldProblem(UNSAFE);
  return value;
}

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);
const UNSAFE = "must be a whole number from -9007199254740991 to 9007199254740991";

/** Compiles the reader of a scalar's JSON. Callers handle null. */
export function scalarReader(type: ScalarType, style: JsonStyle): (json: Json) => unknown {
  if (isInt64(type)) return int64Reader(withExponents(styledText(type, style), style), style);
  if (type === ScalarType.STRING) return stringOf;
  if (type === ScalarType.BOOL) return boolOf;
  const isInteger = type !== ScalarType.DOUBLE && type !== ScalarType.FLOAT && type !== ScalarType.BYTES;
  const text = isInteger ? withExponents(scalarText(type), style) : scalarText(type);
  if (type === ScalarType.BYTES) return (json) => text(stringOf(json));
  const number = numberCheck(type);
  return (json) => {
    if (typeof json === "number") return number(json);
    if (typeof json === "string") return text(json);
    throw new FieldProblem("must be a number");
  };
}

function withExponents(read: TextReader, { exponents }: JsonStyle): TextReader {
  return exponents ? (text) => read(withoutExponent(text)) : read;
}

function numberCheck(type: ScalarType): (value: number) => number {
  if (type === ScalarType.DOUBLE) return finiteDouble;
  if (type === ScalarType.FLOAT) return finiteFloat;
  return UINT32.has(type) ? uint32InRange : int32InRange;
}

function int64Reader(text: TextReader, style: JsonStyle): (json: Json) => unknown {
  const unsafe = style.int64 === "number" ? UNSAFE : `${UNSAFE}, or beyond that a string of digits`;
  return (json) => {
    if (typeof json === "string") return text(json);
    if (typeof json !== "number") throw new FieldProblem("must be a whole number");
    // JSON.parse has already rounded a larger number: 9007199254740993 to ...992.
    if (!Number.isSafeInteger(json))
      throw new FieldProblem(Number.isInteger(json) ? unsafe : "must be a whole number");
    return json >= 0 ? BigInt(json) : text(String(json));
  };
}

function boolOf(json: Json): boolean {
  if (typeof json !== "boolean") throw new FieldProblem("must be true or false");
  return json;
}

/** Checks for a string that UTF-8 can encode: `"\ud800"` is valid JSON, but no text. */
export function stringOf(json: Json): string {
  if (typeof json !== "string") throw new FieldProblem("must be a string");
  if (!json.isWellFormed()) throw new FieldProblem("must be text without unpaired surrogates");
  return json;
}

/**
 * Checks a key of a map or a Struct. Refuses `__proto__`, which much code that copies objects silently loses,
 * or worse.
 */
export function checkKey(key: string): void {
  stringOf(key);
  if (key === "__proto__") throw new FieldProblem("must not have the key __proto__");
}

/** Compiles the writer of a scalar's JSON. */
export function scalarWriter(type: ScalarType, style: JsonStyle): (value: unknown) => string {
  if (isInt64(type)) return style.int64 === "text" ? (value) => `"${String(value)}"` : safeNumber;
  if (type === ScalarType.STRING) return textJson;
  if (type === ScalarType.BYTES) return (value) => bytesJson(value as Uint8Array);
  if (type === ScalarType.DOUBLE) return (value) => doubleJson(value as number);
  if (type === ScalarType.FLOAT) return (value) => floatJson(value as number);
  return String;
}

/** Most texts need no escapes, and concatenating quotes is faster than JSON.stringify. */
function textJson(value: unknown): string {
  const text = value as string;
  return NEEDS_ESCAPES.test(text) ? JSON.stringify(text) : `"${text}"`;
}

// oxlint-disable-next-line no-control-regex -- JSON escapes these, with quotes, backslashes and half characters.
const NEEDS_ESCAPES = /["\\\u0000-\u001f\ud800-\udfff]/;

function safeNumber(value: unknown): string {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new RangeError("a 64-bit integer is too large for a JSON number");
  return String(number);
}

function bytesJson(bytes: Uint8Array): string {
  if (bytes.length === 0) return `""`;
  return `"${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64")}"`;
}

function doubleJson(value: number): string {
  if (!Number.isFinite(value)) return `"${value}"`;
  return Object.is(value, -0) ? "-0" : String(value);
}

/** The shortest decimal of a 32-bit float: 0.1, not the 0.10000000149011612 of the double that holds it. */
function floatJson(value: number): string {
  if (!Number.isFinite(value) || value === 0) return doubleJson(value);
  const float = Math.fround(value);
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(float.toPrecision(digits));
    if (Math.fround(short) === float) return String(short);
  }
  return String(Number(float.toPrecision(9)));
}
