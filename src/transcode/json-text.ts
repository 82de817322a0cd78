import { FieldProblem, quoted } from "./field-problem.js";

/** What JSON.parse returns. */
export type Json = null | boolean | number | string | Json[] | JsonRecord;
/** A JSON object. JSON.parse makes `__proto__` an own property like any other. */
export type JsonRecord = { [key: string]: Json };

/** Parses one JSON document; throws a FieldProblem with a text of ours. Duplicate keys: see `checkKeys`. */
export function parseJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    // The runtime's own text names its internals; a caller gets ours.
    throw new FieldProblem("The request body is not valid JSON.", "body_malformed");
  }
}

/**
 * Refuses a text with the same key twice in one object, of which JSON.parse silently keeps the last.
 *
 * `seen` is how many keys the reader met in the parsed value: counting those of the text and comparing is some
 * twenty times cheaper than a set of names for every object.
 */
export function checkKeys(text: string, seen: number): void {
  if (countKeys(text) === seen) return;
  const name = duplicateKey(text);
  throw new FieldProblem(`The key ${quoted(name)} is given twice in one JSON object.`, "body_malformed");
}

/** How many keys a valid JSON text has: the colons outside of strings. */
function countKeys(text: string): number {
  let keys = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) at = closingQuote(text, at);
    else if (unit === COLON) keys++;
  }
  return keys;
}

/** Where the string that opens at `open` ends. */
function closingQuote(text: string, open: number): number {
  let at = text.indexOf('"', open + 1);
  while (isEscaped(text, at)) at = text.indexOf('"', at + 1);
  return at;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes++;
  return backslashes % 2 === 1;
}

/** The first key that its object already has; only looked for where there is one. */
function duplicateKey(text: string): string {
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
const COLON_NEXT = /^[ \t\r\n]*:/;
/** How far a colon is looked for: more blanks than this only make the error's text less exact. */
const BLANKS_MAX = 64;
