import { createHash, timingSafeEqual } from "node:crypto";

import { isGatewayError } from "../domain/gateway-codes.js";
import type { GatewayResult } from "../domain/gateway-result.js";
import { readBillingDetails, readCard, readCardLook } from "./card.js";
import { bytesOfText, encodeFields, type Field, fieldText, rootName, readableField } from "./fields.js";

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

/**
 * The result in a message, if one of the account's secrets signed all of it. Undefined if it is not signed
 * so, or is no result (guide: a message without `responseCode` is none).
 */
export function verifyResult(
  fields: readonly Field[],
  secrets: readonly string[],
): GatewayResult | undefined {
  if (fieldText(fields, "responseCode") === "") return undefined;
  return isSigned(fields, secrets) ? readResult(fields) : undefined;
}

/** The result in a stored message, which `verifyResult` accepted before it was sealed. */
export function readResult(fields: readonly Field[]): GatewayResult {
  const text = (name: string): string => fieldText(fields, name);
  return {
    merchantID: text("merchantID"),
    action: text("action"),
    transactionUnique: text("transactionUnique"),
    orderRef: text("orderRef"),
    transactionID: text("transactionID"),
    xref: text("xref"),
    state: text("state"),
    responseCode: integer(text("responseCode")),
    responseStatus: integer(text("responseStatus")),
    responseMessage: readableField(fields, "responseMessage"),
    amount: integer(text("amount")),
    amountReceived: integer(text("amountReceived")),
    amountRetained: integer(text("amountRetained")),
    amountRefunded: integer(text("amountRefunded")),
    currencyCode: text("currencyCode"),
    currencyExponent: text("currencyExponent"),
    // Read where they are asked for: most messages store no card.
    get card() {
      return readCard(fields);
    },
    get cardLook() {
      return readCardLook(fields);
    },
    get billing() {
      return readBillingDetails(fields);
    },
    transactionKey: transactionKey(fields),
  };
}

/**
 * Minor units and codes are plain digits. `10.99` would be major units, which were not requested: undefined.
 */
function integer(text: string): number | undefined {
  if (!/^\d{1,15}$/.test(text)) return undefined;
  return Number(text);
}

/**
 * A transaction id of the gateway's usual form is used as it is; any other, or none, is replaced by a hash.
 *
 * A request that the gateway refuses to begin has no transaction. A shopper with a form can have it refused
 * any number of times, each with a new time and request id: equal refusals of one reference count as one.
 */
function transactionKey(fields: readonly Field[]): string {
  const transactionID = fieldText(fields, "transactionID");
  if (/^[0-9A-Za-z_-]{1,40}$/.test(transactionID)) return `transaction:${transactionID}`;
  if (isRefusedRequest(fields))
    return `refused:${hashOf(REFUSAL.map((name) => fieldText(fields, name)).join("\n"))}`;
  return `fields:${hashOf(signingText(fields))}`;
}

const REFUSAL = ["merchantID", "action", "transactionUnique", "responseCode"];

/**
 * Decided by its code (guide A-1) and by the absence of a transaction. A transaction in progress, or
 * cancelled by its shopper, is no refusal.
 */
function isRefusedRequest(fields: readonly Field[]): boolean {
  const code = integer(fieldText(fields, "responseCode")) ?? 0;
  const names = fieldText(fields, "transactionID") + fieldText(fields, "xref");
  return names === "" && isGatewayError(code);
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}
