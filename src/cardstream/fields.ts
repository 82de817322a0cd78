import { isUtf8 } from "node:buffer";

import { bytesOfText, readableText, textOfBytes } from "./byte-text.js";

/**
 * One field of a message as sent: its name with brackets (`items[0][amount]`) and its text (`byte-text.ts`).
 */
export type Field = readonly [name: string, value: string];

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
 * is lost: one that is not UTF-8 stays in the text as `byte-text.ts` encodes it, and a percent sign that
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
