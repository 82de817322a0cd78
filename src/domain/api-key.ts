import { hash } from "node:crypto";

import { customAlphabet } from "nanoid";

/** A new key: `sk_live_` or `sk_test_` and 190 random bits. Shown once; only its hash is stored. */
export function newApiKey(livemode: boolean): string {
  return `${livemode ? "sk_live_" : "sk_test_"}${randomText()}`;
}

/**
 * The hash that a key is stored and found by: SHA-256 in lower-case hex. A plain hash is enough, since the
 * key is random: guessing the key itself would take as long.
 */
export function hashApiKey(key: string): string {
  return hash("sha256", key, "hex");
}

/** The part of a key that lists may show. */
export function last4OfApiKey(key: string): string {
  return key.slice(-4);
}

/** Letters and digits only: a double click selects the whole key. */
const randomText = customAlphabet("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", 32);

/** How long a server may accept a valid key from its cache before it looks it up again. */
export const KEY_KEPT_MS = 1000;
