import { regexOf } from "./regex.js";

/** True where a set value surely satisfies a rule. */
export type Check = (value: unknown) => boolean;

/**
 * The check of a CEL expression about `this`, for the two forms in the proto files. For any other form the
 * check is never true.
 */
export function expressionCheck(expression: string): Check {
  return patternCheck(expression) ?? sameTextCheck(expression) ?? (() => false);
}

/** `this == '' || this.matches('...')`, also in lower case. */
const PATTERN = /^this == '' \|\| this(\.lowerAscii\(\))?\.matches\(r?'([^']*)'\)$/;

function patternCheck(expression: string): Check | undefined {
  const match = PATTERN.exec(expression);
  const pattern = match?.[2];
  // In CEL, a backslash begins an escape, except in a raw string.
  if (match === null || pattern === undefined) return undefined;
  if (pattern.includes("\\") && !expression.includes(".matches(r'")) return undefined;
  const isLower = match[1] !== undefined;
  const matches = matcherOf(pattern);
  return (value) => {
    const text = isLower ? lowerAscii(value as string) : (value as string);
    return text !== undefined && (text === "" || matches(text));
  };
}

/** A pattern that is a plain list of words becomes a Set. */
function matcherOf(pattern: string): (text: string) => boolean {
  const words = WORDS.exec(pattern)?.[1];
  if (words !== undefined) {
    const known = new Set(words.split("|"));
    return (text) => known.has(text);
  }
  const compiled = regexOf(pattern);
  return (text) => compiled.test(text);
}

const WORDS = /^\^\(([a-z]+(?:\|[a-z]+)*)\)\$$/;

/** `this.all(item, item.a.b.lowerAscii() == this[0].a.b.lowerAscii())`: all items have one text. */
const SAME_TEXT = /^this\.all\(item, item((?:\.[a-z_]+)+)\.lowerAscii\(\) == this\[0\]\1\.lowerAscii\(\)\)$/;

function sameTextCheck(expression: string): Check | undefined {
  const path = SAME_TEXT.exec(expression)?.[1]?.slice(1).split(".").map(localName);
  if (path === undefined) return undefined;
  return (value) => {
    const texts = (value as unknown[]).map((item) => textAt(item, path));
    return texts.every((text) => text !== undefined && text === texts[0]);
  };
}

function textAt(item: unknown, path: readonly string[]): string | undefined {
  let value = item;
  for (const name of path) value = (value as Record<string, unknown> | undefined)?.[name];
  return typeof value === "string" ? lowerAscii(value) : undefined;
}

/** Undefined for a text beyond ASCII, of which `toLowerCase` changes more than CEL does. */
function lowerAscii(text: string): string | undefined {
  return ASCII.test(text) ? text.toLowerCase() : undefined;
}

// oxlint-disable-next-line no-control-regex -- matches all of ASCII.
const ASCII = /^[\x00-\x7f]*$/;

function localName(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
