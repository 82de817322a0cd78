import { requestError } from "../errors/request-error.js";

/**
 * Percent-decoding of parts of a raw request target, each exactly once. Bytes that are not UTF-8 and broken escapes are
 * refused. A raw byte beyond ASCII, which some clients send, counts as if it had been escaped.
 */

/** The text, or undefined where it cannot be decoded. */
export function percentDecoded(raw: string): string | undefined {
  if (!NEEDS_DECODING.test(raw)) return raw;
  try {
    return decodeURIComponent(raw.replaceAll(RAW_BYTE, escaped));
  } catch {
    return undefined; // The one thing it throws is URIError, for what the caller of this function reports.
  }
}

const NEEDS_DECODING = /[%\u0080-\uffff]/;
const RAW_BYTE = /[\u0080-\uffff]/g;

/** Node gives a raw target as Latin-1: a character is a byte. */
function escaped(character: string): string {
  return `%${character.charCodeAt(0).toString(16)}`;
}

/** The value of a path variable of one segment: everything is decoded, `%2F` included. */
export function decodedSegment(raw: string): string {
  const text = percentDecoded(raw);
  if (text === undefined) throw malformedPath();
  return text;
}

/** The value of a path variable of several segments: `%2F` stays as written, so that the segments can be told apart. */
export function decodedSegments(raw: string): string {
  if (!ESCAPED_SLASH.test(raw)) return decodedSegment(raw);
  return raw
    .split(ESCAPED_SLASH)
    .map((part, index) => (index % 2 === 1 ? part : decodedSegment(part)))
    .join("");
}

const ESCAPED_SLASH = /(%2[Ff])/;

/** The error of a path that holds a broken escape. */
export function malformedPath(): Error {
  return requestError(
    "path_malformed",
    "The path holds a broken percent-escape, or bytes that are not UTF-8.",
  );
}

/** A name or value of the query: `+` is a space. */
export function decodedParameter(raw: string): string {
  const text = percentDecoded(raw.includes("+") ? raw.replaceAll("+", " ") : raw);
  if (text === undefined) {
    throw requestError(
      "query_malformed",
      "The query holds a broken percent-escape, or bytes that are not UTF-8.",
    );
  }
  return text;
}
