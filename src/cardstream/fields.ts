/** One field of a message as it stands on the wire: its name with brackets (`items[0][amount]`) and its text. */
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
 * Reads a form-encoded body into its fields in the order of arrival, which the signature depends on.
 *
 * Throws MalformedMessage on a broken escape, bytes that are not UTF-8, a name given twice (PHP would keep the last one,
 * others the first), a name beyond what the gateway writes, or more than 600 fields.
 */
export function parseFields(body: Buffer): Field[] {
  const parts = utf8(body)
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

/** The text of a root field, "" where it is absent. */
export function fieldText(fields: readonly Field[], name: string): string {
  return fields.find(([candidate]) => candidate === name)?.[1] ?? "";
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

function utf8(bytes: Buffer): string {
  try {
    return UTF8.decode(bytes);
  } catch (cause) {
    throw new MalformedMessage("The body is not UTF-8.", { cause });
  }
}

/** A byte order mark is kept: it belongs to the first name, and would otherwise be a byte that nobody signed. */
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function parseField(part: string): Field {
  const equals = part.indexOf("=");
  if (equals === -1) return [decode(part), ""];
  return [decode(part.slice(0, equals)), decode(part.slice(equals + 1))];
}

function decode(text: string): string {
  if (!ESCAPED.test(text)) return text;
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch (cause) {
    throw new MalformedMessage("A field has a broken escape.", { cause });
  }
}

const ESCAPED = /[%+]/;

/** PHP's urlencode: only letters, digits and `-_.` stay as they are, and a space is a plus. */
function encode(text: string): string {
  if (PLAIN.test(text)) return text;
  return encodeURIComponent(text.toWellFormed())
    .replaceAll(/[!'()*~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%20", "+");
}

const PLAIN = /^[\w.-]*$/;
