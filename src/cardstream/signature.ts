import { createHash, timingSafeEqual } from "node:crypto";

import { bytesOfText } from "./byte-text.js";
import { encodeFields, type Field, fieldText, rootName } from "./fields.js";

/**
 * The signature of a message: SHA-512 in lower-case hex over its sorted fields, followed by the secret
 * (Cardstream guide A-12). A field named `signature` is left out. Throws if the secret is empty: anyone could
 * sign with that.
 */
export function sign(fields: readonly Field[], secret: string): string {
  if (secret === "") throw new Error("A message cannot be signed with an empty secret.");
  return digest(fields, secret);
}

/** The fields followed by their signature, ready to send. */
export function signed(fields: readonly Field[], secret: string): Field[] {
  return [...fields, ["signature", sign(fields, secret)]];
}

/**
 * True if the message is signed, in full, with one of the secrets.
 *
 * A partial signature (`hash|field,field`) is refused whatever it covers: the sender would choose which
 * fields count, and vendor modules that accept it accept forged successes. Compared in constant time.
 */
export function isSigned(fields: readonly Field[], secrets: readonly string[]): boolean {
  const given = fieldText(fields, "signature");
  if (!/^[0-9a-f]{128}$/.test(given)) return false;
  const bytes = Buffer.from(given, "hex");
  const text = signingText(fields); // Computed once: several merchants may share an account.
  const matches = secrets
    .filter((secret) => secret !== "")
    .map((secret) => timingSafeEqual(bytes, hash(text, secret)));
  return matches.includes(true);
}

/** The bare hash, with any secret. For the published test vectors; all other code calls `sign`. */
export function digest(fields: readonly Field[], secret: string): string {
  return hash(signingText(fields), secret).toString("hex");
}

/**
 * The text to hash, without the secret: fields sorted by the bytes of their root names, sub-fields in order
 * of arrival, form-encoded, every kind of line ending as a line feed.
 */
export function signingText(fields: readonly Field[]): string {
  const covered = fields.filter(([name]) => name !== "signature");
  return encodeFields(inSigningOrder(covered)).replaceAll(/%0D%0A|%0A%0D|%0D/g, "%0A");
}

function hash(text: string, secret: string): Buffer {
  return createHash("sha512").update(text).update(secret).digest();
}

/**
 * Sorts by root name. Below the root, a field stands where its record first appeared, at every depth: so
 * PHP's arrays regroup sub-fields that arrive interleaved.
 */
function inSigningOrder(fields: readonly Field[]): Field[] {
  // Most messages have no records, and ranking takes longer than the rest of a signature.
  if (!fields.some(([name]) => name.includes("["))) return fields.toSorted(([a], [b]) => compareText(a, b));
  const firstSeen = new Map<string, number>();
  const ranked = fields.map((field, index) => {
    const ranks = prefixes(field[0]).map((prefix) => {
      if (!firstSeen.has(prefix)) firstSeen.set(prefix, index);
      return firstSeen.get(prefix) ?? index;
    });
    return { field, root: rootName(field[0]), ranks };
  });
  return ranked
    .toSorted((a, b) => compareText(a.root, b.root) || compareRanks(a.ranks, b.ranks))
    .map((entry) => entry.field);
}

/** `x[y][z]` belongs to `x[y]`, which belongs to `x`. */
function prefixes(name: string): string[] {
  const ends = [...name.matchAll(/\]/g)].map((match) => match.index + 1);
  return [rootName(name), ...ends.map((end) => name.slice(0, end))];
}

/** By bytes. The gateway allows ASCII names only, for which the order of UTF-16 units is equal. */
function compareText(a: string, b: string): number {
  if (a === b) return 0;
  if (BEYOND_ASCII.test(a) || BEYOND_ASCII.test(b)) return Buffer.compare(bytesOfText(a), bytesOfText(b));
  return a < b ? -1 : 1;
}

const BEYOND_ASCII = /[^\0-\x7F]/;

/** Compares depth by depth; a text stands before a record of equal name, which no sender makes. */
function compareRanks(a: readonly number[], b: readonly number[]): number {
  const differs = a.findIndex((rank, depth) => rank !== b[depth]);
  return differs === -1 ? a.length - b.length : (a[differs] ?? 0) - (b[differs] ?? -1);
}
