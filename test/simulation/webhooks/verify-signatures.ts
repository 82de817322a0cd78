import { createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

/** When a request may have been signed: from and until, in milliseconds since the epoch. */
export interface SigningTime {
  readonly from: number;
  readonly until: number;
}

/**
 * Verifies both signatures of a request as their specifications have it, by no code of the service. Answers what is
 * wrong; undefined if nothing is.
 */
export function wrongSignature(
  headers: IncomingHttpHeaders,
  body: Buffer,
  secret: string,
  time: SigningTime,
): string | undefined {
  return wrongStandard(headers, body, secret, time) ?? wrongStripe(headers, body, secret, time);
}

/** https://github.com/standard-webhooks/standard-webhooks: HMAC-SHA256 of `id.timestamp.body`, in base64. */
function wrongStandard(
  headers: IncomingHttpHeaders,
  body: Buffer,
  secret: string,
  time: SigningTime,
): string | undefined {
  const [id, timestamp, signatures] = ["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) =>
    String(headers[name] ?? ""),
  ) as [string, string, string];
  const key = Buffer.from(secret.slice("whsec_".length), "base64");
  const right = hmac(key, Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body]));
  const isSigned = signatures.split(" ").some((one) => {
    const [version, text = ""] = one.split(",");
    return version === "v1" && isEqual(Buffer.from(text, "base64"), right);
  });
  if (!isSigned) return `a wrong webhook-signature: ${signatures}`;
  return isWithin(timestamp, time) ? undefined : `a webhook-timestamp of another time: ${timestamp}`;
}

/** https://docs.stripe.com/webhooks#verify-manually: HMAC-SHA256 of `timestamp.body`, in hexadecimal digits. */
function wrongStripe(
  headers: IncomingHttpHeaders,
  body: Buffer,
  secret: string,
  time: SigningTime,
): string | undefined {
  const header = String(headers["stripe-signature"] ?? "");
  const parts = header.split(",").map((part) => part.split("=") as [string, string | undefined]);
  const timestamp = parts.find(([name]) => name === "t")?.[1] ?? "";
  const right = hmac(Buffer.from(secret), Buffer.concat([Buffer.from(`${timestamp}.`), body]));
  const isSigned = parts.some(
    ([name, text = ""]) => name === "v1" && isEqual(Buffer.from(text, "hex"), right),
  );
  if (!isSigned) return `a wrong stripe-signature: ${header}`;
  return isWithin(timestamp, time) ? undefined : `a stripe-signature of another time: ${timestamp}`;
}

function hmac(key: Buffer, signed: Buffer): Buffer {
  return createHmac("sha256", key).update(signed).digest();
}

function isEqual(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}

function isWithin(seconds: string, { from, until }: SigningTime): boolean {
  const at = Number(seconds) * 1000;
  return /^\d+$/.test(seconds) && at >= from && at <= until;
}
