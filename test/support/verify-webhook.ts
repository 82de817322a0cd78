import { Webhook as StandardWebhook } from "standardwebhooks";
import { Stripe } from "stripe";
import { Webhook as SvixWebhook } from "svix";

import type { ReceivedRequest } from "./receiver.js";

/** What every receiver does, with the libraries as they are; `atMs` is the receiver's time. Throws if one refuses. */
export function verifyWithEach(
  { body, headers }: Pick<ReceivedRequest, "body" | "headers">,
  secret: string,
  atMs = Date.now(),
): void {
  // Two of them compare with the machine's clock.
  const real = Date.now;
  Date.now = () => atMs;
  try {
    new StandardWebhook(secret).verify(body, headers);
    new SvixWebhook(secret).verify(body, headers);
  } finally {
    Date.now = real;
  }
  const { webhooks } = new Stripe("sk_test_any");
  webhooks.constructEvent(body, headers["stripe-signature"] ?? "", secret, undefined, undefined, atMs);
}
