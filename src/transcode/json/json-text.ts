import type { Message } from "@bufbuild/protobuf";

import { FieldProblem, quoted } from "../errors/field-problem.js";

/** What JSON.parse returns. */
export type Json = null | boolean | number | string | Json[] | JsonRecord;
/** A JSON object. JSON.parse makes `__proto__` an own property like any other. */
export type JsonRecord = { [key: string]: Json };

/** Parses one JSON document. Throws a FieldProblem. Duplicate keys: see `countKeys`. */
export function parseJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    // The runtime's message names its internals.
    throw new FieldProblem("The request body is not valid JSON.", "body_malformed");
  }
}

/**
 * Counts the object keys of a JSON text before it is parsed. Throws a FieldProblem for a text that is nested
 * deeper than any message, or has more keys than any request.
 *
 * JSON.parse silently keeps the last of duplicate keys, so a text with duplicates has more keys than its
 * parsed value. Comparing both counts is some twenty times cheaper than a set of names for every object.
 */
export function countKeys(text: string): number {
  let keys = 0;
  let commas = 0;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) at = closingQuote(text, at);
    else if (unit === COLON) keys++;
    else if (unit === COMMA) {
      if (++commas > VALUES_MAX) throw tooMuch(`hold more than ${VALUES_MAX} values`);
    } else if ((unit | CASE_BIT) === CLOSE) depth--;
    else if ((unit | CASE_BIT) === OPEN && ++depth > JSON_DEPTH_MAX)
      throw tooMuch(`be nested more than ${JSON_DEPTH_MAX} deep`);
  }
  return keys;
}

/** Most values of a request, as JSON or as a form. The largest valid one has a tenth of that. */
export const VALUES_MAX = 10_000;

/** Deepest nesting of a text. A message may be 100 deep, and each may stand in a list. */
export const JSON_DEPTH_MAX = 200;

/** The problem of a text above one of these limits. */
export function tooMuch(what: string): FieldProblem {
  return new FieldProblem(`The request body must not ${what}.`, "body_malformed");
}

/** The problem of a text with a duplicate key. */
export function duplicateKey(text: string): FieldProblem {
  const name = quoted(repeatedName(text));
  return new FieldProblem(`The key ${name} is given twice in one JSON object.`, "body_malformed");
}

/** Index of the end of the string that opens at `open`; of the text's end, if the string has none. */
function closingQuote(text: string, open: number): number {
  let at = text.indexOf('"', open + 1);
  while (isEscaped(text, at)) at = text.indexOf('"', at + 1);
  return at === -1 ? text.length : at;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes++;
  return backslashes % 2 === 1;
}

/** Finds the first duplicate key. Runs only where the counts show that there is one. */
function repeatedName(text: string): string {
  const open: (Set<string> | undefined)[] = [];
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === "{") open.push(new Set());
    else if (character === "[") open.push(undefined);
    else if (character === "}" || character === "]") open.pop();
    else if (character === '"') {
      const close = closingQuote(text, at);
      const literal = text.slice(at, close + 1);
      at = close;
      if (!COLON_NEXT.test(text.slice(close + 1, close + 1 + BLANKS_MAX))) continue;
      const name = JSON.parse(literal) as string;
      const names = open.at(-1);
      if (names?.has(name)) return name;
      names?.add(name);
    }
  }
  return "?";
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
/** This bit turns brackets into braces. */
const OPEN = 0x7b;
const CLOSE = 0x7d;
const CASE_BIT = 0x20;
const COLON_NEXT = /^[ \t\r\n]*:/;
/** Limit of the search for a colon; with more blanks, only the error's text is less exact. */
const BLANKS_MAX = 64;

/**
 * Converts a JSON value to protobuf-es's representation. The value is null only where null is a value of the
 * type.
 */
export type ReadJson = (json: Json, reading: Reading) => unknown;

/** Writes a value in protobuf-es's representation as JSON text. */
export type WriteJson = (value: unknown) => string;

/** Reads a JSON value into a field. `null` leaves the field unset. */
export type ReadField = (message: Message, json: Json, reading: Reading) => void;

/** State of reading one JSON text. */
export interface Reading {
  /** Current depth of nesting. */
  depth: number;
  /** Object keys read so far: see `countKeys`. */
  keys: number;
}

/** The usual default of protobuf implementations, some of which overflow their stack on deeper messages. */
export const DEPTH_MAX = 100;

/** Counts one level of nesting. Throws a FieldProblem above 100. */
export function deeper(reading: Reading): void {
  if (++reading.depth > DEPTH_MAX) throw new FieldProblem(`must not be nested more than ${DEPTH_MAX} deep`);
}
