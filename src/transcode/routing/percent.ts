import { requestError } from "../errors/request-error.js";

/**
 * Percent-decoding of parts of a raw request target, each exactly once. Bytes that are not UTF-8 and broken escapes are
 * refused. A raw byte beyond ASCII, which some clients send, counts as if it had been escaped.
 */

/** Decodes a text once; undefined where an escape is broken or the bytes are no UTF-8. */
export function percentDecoded(raw: string): string | undefined {
  if (!NEEDS_DECODING.test(raw)) return raw;
  try {
    return decodeURIComponent(raw.replaceAll(RAW_BYTE, escaped));
  } catch {
    return undefined; // It throws URIError only, which the caller reports.
  }
}

const NEEDS_DECODING = /[%\u0080-\uffff]/;
const RAW_BYTE = /[\u0080-\uffff]/g;

/** Node decodes a raw target as Latin-1: each character is a byte. */
function escaped(character: string): string {
  return `%${character.charCodeAt(0).toString(16)}`;
}

/** Decodes a path variable of one segment, `%2F` included. */
export function decodedSegment(raw: string): string {
  const text = percentDecoded(raw);
  if (text === undefined) throw malformedPath();
  return text;
}

/** Decodes a path variable of several segments, except `%2F`, so that the segments can be told apart. */
export function decodedSegments(raw: string): string {
  if (!ESCAPED_SLASH.test(raw)) return decodedSegment(raw);
  return raw
    .split(ESCAPED_SLASH)
    .map((part, index) => (index % 2 === 1 ? part : decodedSegment(part)))
    .join("");
}

const ESCAPED_SLASH = /(%2[Ff])/;

/** The error of a path with a broken escape. */
export function malformedPath(): Error {
  return requestError(
    "path_malformed",
    "The path holds a broken percent-escape, or bytes that are not UTF-8.",
  );
}

/** Decodes a name or value of the query, where `+` is a space. */
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
