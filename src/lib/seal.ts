import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from "node:crypto";

import { createCache } from "./cache.js";

/** Owner and purpose of a secret. A sealed value opens only with the scope that it was sealed with. */
export interface SealScope {
  readonly merchantId: string;
  readonly livemode: boolean;
  readonly purpose:
    | "gateway-secret"
    | "gateway-rest-token"
    | "sandbox-account"
    | "gateway-message"
    | "xref"
    | "billing-details"
    | "card-fingerprint"
    | "challenge"
    | "idempotency-key"
    | "webhook-secret";
}

/** Seals secrets at rest and opens them again. */
export interface Sealer {
  /** Returns version, nonce, tag and ciphertext. Sealing a text twice gives different bytes. */
  seal(text: string, scope: SealScope): Buffer;

  /** Returns the text. Throws where the bytes were altered, or sealed with another key or scope. */
  open(sealed: Uint8Array, scope: SealScope): string;

  /** Keyed hash, 32 hexadecimal digits: compares texts of one scope without revealing them. */
  fingerprint(text: string, scope: SealScope): string;

  /** Hash that tells the right master key from a wrong one, and reveals nothing of it. */
  readonly checkValue: string;

  /**
   * Token with which a service registers its test accounts at a sandbox that has the same key. Reveals
   * nothing of the key.
   */
  readonly sandboxToken: string;
}

/**
 * AES-256-GCM with one derived key per scope, so that no key is used often enough for two random nonces to
 * collide. Throws where the master key has not 32 bytes.
 */
export function createSealer(masterKey: Uint8Array): Sealer {
  if (masterKey.length !== KEY_BYTES) throw new Error(`The secrets key must have ${KEY_BYTES} bytes.`);
  const keyOf = scopeKeys(masterKey);
  return {
    seal: (text, scope) => seal(keyOf(scope), text),
    open: (sealed, scope) => open(keyOf(scope), Buffer.from(sealed)),
    fingerprint: (text, scope) =>
      createHmac("sha256", keyOf(scope)).update(text).digest("hex").slice(0, FINGERPRINT_DIGITS),
    checkValue: createHmac("sha256", masterKey).update("calmony-pay check value").digest("hex"),
    sandboxToken: createHmac("sha256", masterKey).update("calmony-pay sandbox accounts").digest("hex"),
  };
}

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** 128 bits: no collisions in practice. */
const FINGERPRINT_DIGITS = 32;

/** First byte of every sealed value, so that a later version can change the cipher. */
const VERSION = 1;
const VERSION_BYTE = Buffer.of(VERSION);

/**
 * Derived keys kept: enough for a thousand active merchants. Deriving a key takes longer than sealing a
 * message.
 */
const KEYS_KEPT_MAX = 5000;

function scopeKeys(masterKey: Uint8Array): (scope: SealScope) => KeyObject {
  const kept = createCache<string, KeyObject>({ max: KEYS_KEPT_MAX });
  return ({ merchantId, livemode, purpose }) => {
    const info = JSON.stringify([merchantId, livemode, purpose]);
    const known = kept.get(info);
    if (known !== undefined) return known;
    const bytes = hkdfSync("sha256", masterKey, "calmony-pay seal", info, KEY_BYTES);
    const key = createSecretKey(Buffer.from(bytes));
    kept.set(info, key);
    return key;
  };
}

function seal(key: KeyObject, text: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  const sealed = cipher.update(text, "utf8");
  const last = cipher.final(); // Must precede `getAuthTag`.
  return Buffer.concat([VERSION_BYTE, nonce, cipher.getAuthTag(), sealed, last]);
}

function open(key: KeyObject, sealed: Buffer): string {
  if (sealed[0] !== VERSION) throw new Error("The sealed value is of an unknown version.");
  const tagAt = 1 + NONCE_BYTES;
  const textAt = tagAt + TAG_BYTES;
  const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(1, tagAt), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAuthTag(sealed.subarray(tagAt, textAt));
  return Buffer.concat([decipher.update(sealed.subarray(textAt)), decipher.final()]).toString("utf8");
}
