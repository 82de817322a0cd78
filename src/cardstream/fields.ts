import { isUtf8 } from "node:buffer";

/**
 * One field of a message as sent: its name with brackets (`items[0][amount]`) and its text (see `textOfBytes`).
 */
export type Field = readonly [name: string, value: string];

/** The field, if there is a text: what a request does not say is left to the account's settings. */
export function textField(name: string, text: string | null | undefined): Field[] {
  return text === null || text === undefined ? [] : [[name, text]];
}

/** Thrown for a body that is not form encoding as the gateway sends it. */
export class MalformedMessage extends Error {
  override readonly name = "MalformedMessage";
}

/**
 * Far more than the 180 fields of a request with the gateway's additions, and below PHP's own limit of 1000.
 */
const FIELDS_MAX = 600;

/** Ten times the longest name seen, and as deep as PHP itself reads. */
const NAME_LENGTH_MAX = 250;
const NAME_DEPTH_MAX = 64;

/**
 * Reads a form-encoded body into its fields in the order of arrival, which the signature depends on. No byte
 * is lost: one that is not UTF-8 stays in the text (see `textOfBytes`), and a percent sign that
 * begins no escape is kept, as PHP keeps it. Only the signature proves that the gateway sent it.
 *
 * Throws MalformedMessage on a duplicate name (PHP would keep the last, other readers the first), on a longer
 * name than the gateway writes, or on more than 600 fields.
 */
export function parseFields(body: Buffer): Field[] {
  const parts = bodyText(body)
    .split("&")
    .filter((part) => part !== "");
  if (parts.length > FIELDS_MAX) throw new MalformedMessage(`More than ${FIELDS_MAX} fields.`);
  const fields = parts.map(parseField);
  if (!fields.every(([name]) => isSane(name))) throw new MalformedMessage("A name is too long or too deep.");
  if (new Set(fields.map(([name]) => name)).size !== fields.length) {
    throw new MalformedMessage("A field is given twice.");
  }
  return fields;
}

/** Encodes fields as PHP's http_build_query does: for sending, and for signing. */
export function encodeFields(fields: readonly Field[]): string {
  return fields.map(([name, value]) => `${encode(name)}=${encode(value)}`).join("&");
}

/**
 * A form-encoded body as well-formed text for the same bytes: unchanged if it is UTF-8, else with every byte
 * beyond ASCII escaped.
 */
export function bodyText(body: Buffer): string {
  if (isUtf8(body)) return UTF8.decode(body);
  return body.toString("latin1").replaceAll(/[\x80-\xFF]/g, (byte) => escapeOf(byte.charCodeAt(0)));
}

/** The text of a root field byte for byte, "" if it is absent: for comparisons. */
export function fieldText(fields: readonly Field[], name: string): string {
  return fields.find(([candidate]) => candidate === name)?.[1] ?? "";
}

/** The readable text of a root field, "" if it is absent: for people. */
export function readableField(fields: readonly Field[], name: string): string {
  return readableText(fieldText(fields, name));
}

/** The name before the first bracket. */
export function rootName(name: string): string {
  const bracket = name.indexOf("[");
  return bracket === -1 ? name : name.slice(0, bracket);
}

/**
 * Signing compares every bracket of a name with all text before it: sixteen names of 16 KB, all brackets,
 * blocked the process for eight seconds.
 */
function isSane(name: string): boolean {
  return name.length <= NAME_LENGTH_MAX && name.split("]").length <= NAME_DEPTH_MAX + 1;
}

/** Keeps a byte order mark: it belongs to the first name, and the signature covers it. */
const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });

function parseField(part: string): Field {
  const equals = part.indexOf("=");
  if (equals === -1) return [decode(part), ""];
  return [decode(part.slice(0, equals)), decode(part.slice(equals + 1))];
}

function decode(text: string): string {
  if (!ESCAPED.test(text)) return text;
  const spaced = text.replaceAll("+", " ");
  try {
    return decodeURIComponent(spaced);
  } catch {
    return decodeBytes(spaced); // Not UTF-8, or a percent sign that begins no escape.
  }
}

const ESCAPED = /[%+]/;

function decodeBytes(text: string): string {
  const bytes = text.split(/(%[0-9A-Fa-f]{2})/).map((part, index) => {
    const isEscape = index % 2 === 1;
    return isEscape ? Buffer.of(Number.parseInt(part.slice(1), 16)) : Buffer.from(part);
  });
  return textOfBytes(Buffer.concat(bytes));
}

/** PHP's urlencode: only letters, digits and `-_.` stay as they are, and a space is a plus. */
function encode(text: string): string {
  if (PLAIN.test(text)) return text;
  if (!text.isWellFormed()) return encodeBytes(bytesOfText(text));
  return encodeURIComponent(text)
    .replaceAll(/[!'()*~]/g, (character) => escapeOf(character.charCodeAt(0)))
    .replaceAll("%20", "+");
}

function encodeBytes(bytes: Buffer): string {
  return bytes
    .toString("latin1")
    .replaceAll(/[^\w.-]/g, (byte) => (byte === " " ? "+" : escapeOf(byte.charCodeAt(0))));
}

function escapeOf(byte: number): string {
  return `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
}

const PLAIN = /^[\w.-]*$/;

/**
 * Decodes bytes to text without loss: a byte that is not UTF-8 becomes a lone surrogate, 0x80 as U+DC80 up to
 * 0xFF as U+DCFF. UTF-8 cannot encode such a surrogate, so `bytesOfText` returns exactly the bytes that were
 * read.
 *
 * The gateway cuts names by bytes, within a character, and passes on Latin-1 from old systems. Its signature
 * covers the bytes: text with replacement characters would no longer verify.
 */
export function textOfBytes(bytes: Uint8Array): string {
  if (isUtf8(bytes)) return UTF8.decode(bytes);
  let text = "";
  for (let at = 0; at < bytes.length;) {
    const sequence = bytes.subarray(at, at + sequenceLength(bytes[at] ?? 0));
    const isWhole = isUtf8(sequence);
    text += isWhole ? UTF8.decode(sequence) : String.fromCharCode(SURROGATES_FROM + (bytes[at] ?? 0));
    at += isWhole ? sequence.length : 1;
  }
  return text;
}

/** The bytes that `textOfBytes` read. Any other lone surrogate becomes U+FFFD. */
export function bytesOfText(text: string): Buffer {
  if (text.isWellFormed()) return Buffer.from(text);
  return Buffer.concat(text.split(EACH_STRAY_BYTE).map(bytesOfPart));
}

/**
 * The text in readable form: always well-formed, without control characters other than tab and line ends.
 *
 * A character that was cut at the end is left out. Text that is otherwise ASCII is read as Latin-1; elsewhere
 * a stray byte is shown as U+FFFD.
 */
export function readableText(text: string): string {
  return withoutStrayBytes(text)
    .toWellFormed()
    .replaceAll(/[^\P{Cc}\t\r\n]/gu, "");
}

const SURROGATES_FROM = 0xdc00;

/** With the flag `u`, the second half of a pair does not match. */
const STRAY_BYTE = /[\uDC80-\uDCFF]/u;
const EACH_STRAY_BYTE = /([\uDC80-\uDCFF])/u;

/** The length that a sequence's first byte announces (RFC 3629). The decoder checks the rest. */
function sequenceLength(first: number): number {
  if (first < 0xc2) return 1;
  if (first < 0xe0) return 2;
  return first < 0xf0 ? 3 : 4;
}

function bytesOfPart(part: string): Buffer {
  return STRAY_BYTE.test(part) ? Buffer.of(part.charCodeAt(0) - SURROGATES_FROM) : Buffer.from(part);
}

function withoutStrayBytes(text: string): string {
  if (!STRAY_BYTE.test(text)) return text;
  const kept = isCut(text) ? text.replace(CUT_CHARACTER, "") : text;
  return STRAY_BYTE.test(kept) && isAscii(kept) ? bytesOfText(kept).toString("latin1") : kept;
}

/** An incomplete character at the very end: its first byte, with too few continuation bytes. */
const CUT_CHARACTER =
  /(?:[\uDCC2-\uDCDF]|[\uDCE0-\uDCEF][\uDC80-\uDCBF]?|[\uDCF0-\uDCF4][\uDC80-\uDCBF]{0,2})$/u;

/** `Jos` and 0xE9 is Latin-1's José rather than a Chinese character cut off after a name in ASCII. */
const LATIN_1_ENDING = /[\uDCE0-\uDCF4]$/u;

function isCut(text: string): boolean {
  return CUT_CHARACTER.test(text) && !(LATIN_1_ENDING.test(text) && isAscii(text));
}

/** Whether the text is ASCII, apart from bytes that are not UTF-8. */
function isAscii(text: string): boolean {
  return !/[^\0-\x7F\uDC80-\uDCFF]/u.test(text);
}
