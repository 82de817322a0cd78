import { createHmac } from "node:crypto";

/** The headers that sign one request, in the forms of Standard Webhooks and of Stripe. */
export type SignatureHeaders = Record<
  "webhook-id" | "webhook-timestamp" | "webhook-signature" | "stripe-signature",
  string
>;

/**
 * Signs a body for an attempt at `seconds` since 1970: receivers refuse what is older than five minutes, so it is the
 * attempt's time and not the event's. Each of the secrets makes a signature of its own: a receiver knows one of them.
 *
 * Standard Webhooks keys with the bytes that stand in base64 behind `whsec_`, Stripe with the text of the whole secret.
 */
export function signatureHeaders(
  eventId: string,
  body: Uint8Array,
  secrets: readonly string[],
  seconds: number,
): SignatureHeaders {
  const standard = secrets.map((secret) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
    return `v1,${createHmac("sha256", key).update(`${eventId}.${seconds}.`).update(body).digest("base64")}`;
  });
  const stripe = secrets.map(
    (secret) => `v1=${createHmac("sha256", secret).update(`${seconds}.`).update(body).digest("hex")}`,
  );
  return {
    "webhook-id": eventId,
    "webhook-timestamp": String(seconds),
    "webhook-signature": standard.join(" "),
    "stripe-signature": [`t=${seconds}`, ...stripe].join(","),
  };
}
