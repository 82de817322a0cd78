import { isUtf8 } from "node:buffer";

import { bytesOfText, readableText, textOfBytes } from "./byte-text.js";

/**
 * One field of a message as it stands on the wire: its name with brackets (`items[0][amount]`) and its text
 * (`byte-text.ts`).
 */
export type Field = readonly [name: string, value: string];

/** The body was not form encoding that the gateway could have sent. */
export class MalformedMessage extends Error {
  override readonly name = "MalformedMessage";
}

/** Far more than the 180 that a request has and the gateway adds; below PHP's own limit of 1000. */
const FIELDS_MAX = 600;

/** Ten times the longest name seen, and as deep as PHP itself reads. */
const NAME_LENGTH_MAX = 250;
const NAME_DEPTH_MAX = 64;

/**
 * Reads a form-encoded body into its fields in the order of arrival, which the signature depends on. No byte is lost:
 * one that is not UTF-8 stays in the text as `byte-text.ts` writes it, and a percent sign that begins no escape stands
 * for itself, as PHP reads it. Whether the gateway wrote all this, its signature says.
 *
 * Throws MalformedMessage on a name given twice (PHP would keep the last one, others the first), a name beyond what the
 * gateway writes, or more than 600 fields.
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

/** Writes fields as PHP's http_build_query does: what the gateway sends, and what is signed. */
export function encodeFields(fields: readonly Field[]): string {
  return fields.map(([name, value]) => `${encode(name)}=${encode(value)}`).join("&");
}

/**
 * A form-encoded body as well-formed text that means the same bytes: as it is where it is UTF-8, else with every byte
 * beyond ASCII as an escape.
 */
export function bodyText(body: Buffer): string {
  if (isUtf8(body)) return UTF8.decode(body);
  return body.toString("latin1").replaceAll(/[\x80-\xFF]/g, (byte) => escapeOf(byte.charCodeAt(0)));
}

/** The text of a root field byte for byte, "" where it is absent: for what is compared. */
export function fieldText(fields: readonly Field[], name: string): string {
  return fields.find(([candidate]) => candidate === name)?.[1] ?? "";
}

/** The text of a root field for people, as well as it can be read, "" where it is absent. */
export function readableField(fields: readonly Field[], name: string): string {
  return readableText(fieldText(fields, name));
}

/** The name before the first bracket. */
export function rootName(name: string): string {
  const bracket = name.indexOf("[");
  return bracket === -1 ? name : name.slice(0, bracket);
}

/**
 * Signing weighs every bracket of a name with all that stands before it: sixteen names of 16 KB, all brackets, held
 * everybody up for eight seconds.
 */
function isSane(name: string): boolean {
  return name.length <= NAME_LENGTH_MAX && name.split("]").length <= NAME_DEPTH_MAX + 1;
}

/** A byte order mark is kept: it belongs to the first name, and would otherwise be a byte that nobody signed. */
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
