import { Refusal } from "../domain/refusal.js";
import type { CheckoutContext } from "./context.js";

type Addressed = Pick<CheckoutContext, "addresses">;

/**
 * Where the gateway is told to post what becomes of a request. Undefined where it could not: then no payment
 * is begun, and of a refund, which is never held up, its answer tells.
 */
export function callbackUrl({ addresses }: Addressed, livemode: boolean): string | undefined {
  if (livemode && addresses.callbackProblem !== undefined) return undefined;
  return `${addresses.publicUrl}/callbacks/cardstream`;
}

/** The same for a payment that is to begin; throws a Refusal where the gateway could not tell of it. */
export function requiredCallbackUrl(checkout: Addressed, livemode: boolean): string {
  const url = callbackUrl(checkout, livemode);
  if (url !== undefined) return url;
  throw new Refusal(
    "LIVE_PAYMENTS_OFF",
    `This server takes no live payments as it is set up: ${checkout.addresses.callbackProblem}. Nothing was charged.`,
  );
}
