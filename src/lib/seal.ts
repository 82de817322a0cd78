import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from "node:crypto";

/** Whose secret it is and what for: a sealed value opens only under the same words. */
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
    | "card-fingerprint";
}

/** Seals secrets at rest and opens them again. */
export interface Sealer {
  /** Sealed bytes: version, nonce, tag, then the cipher text. Two seals of one text differ. */
  seal(text: string, scope: SealScope): Buffer;

  /** The text again. Throws where the bytes were altered, or sealed under another key or scope. */
  open(sealed: Uint8Array, scope: SealScope): string;

  /** A keyed hash, 32 digits of hexadecimal: tells texts of one scope apart, and nothing of what they say. */
  fingerprint(text: string, scope: SealScope): string;

  /** A value that depends on the key and gives nothing of it away: tells a right key from a wrong one. */
  readonly checkValue: string;

  /** What lets a service register its test accounts at a sandbox with the same key. Gives nothing of the key away. */
  readonly sandboxToken: string;
}

/** AES-256-GCM with a key of its own for each scope, so that no key sees enough nonces for two of them to meet. */
export function createSealer(masterKey: Uint8Array): Sealer {
  if (masterKey.length !== KEY_BYTES) throw new Error(`The secrets key must have ${KEY_BYTES} bytes.`);
  const keyOf = keptScopeKeys(masterKey);
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

/** 128 bits: two texts never meet. */
const FINGERPRINT_DIGITS = 32;

/** First byte of every sealed value, so that the cipher can be changed one day. */
const VERSION = 1;
const VERSION_BYTE = Buffer.of(VERSION);

/** Keys of a thousand merchants that take payments now. To derive one takes longer than to seal a message with it. */
const KEYS_KEPT_MAX = 5000;

function keptScopeKeys(masterKey: Uint8Array): (scope: SealScope) => KeyObject {
  const kept = new Map<string, KeyObject>();
  return ({ merchantId, livemode, purpose }) => {
    const info = JSON.stringify([merchantId, livemode, purpose]);
    const known = kept.get(info);
    if (known !== undefined) return known;
    const bytes = hkdfSync("sha256", masterKey, "calmony-pay seal", info, KEY_BYTES);
    const key = createSecretKey(Buffer.from(bytes));
    if (kept.size >= KEYS_KEPT_MAX) kept.clear();
    kept.set(info, key);
    return key;
  };
}

function seal(key: KeyObject, text: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  const sealed = cipher.update(text, "utf8");
  const last = cipher.final(); // Before the tag, which is known only then.
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
