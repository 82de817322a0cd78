import { attemptReference } from "../domain/attempt.js";
import { Refusal } from "../domain/refusal.js";
import type { CheckoutContext } from "./context.js";

type Addressed = Pick<CheckoutContext, "addresses">;

/**
 * Where the gateway posts the outcome of a request. Undefined if it cannot reach this service: then no
 * payment is begun; a refund, which is never blocked, learns its outcome from the response.
 */
export function callbackUrl({ addresses }: Addressed, livemode: boolean): string | undefined {
  if (livemode && addresses.callbackProblem !== undefined) return undefined;
  return `${addresses.publicUrl}/callbacks/cardstream`;
}

/** The callback URL of a new payment; throws a Refusal if the gateway cannot reach this service. */
export function requiredCallbackUrl(checkout: Addressed, livemode: boolean): string {
  const url = callbackUrl(checkout, livemode);
  if (url !== undefined) return url;
  throw new Refusal(
    "LIVE_PAYMENTS_OFF",
    `This server is not configured for live payments: ${checkout.addresses.callbackProblem}. Nothing was charged.`,
  );
}

/** The address of the page of a session, or of a payment intent, to which its form is posted, too. */
export function payUrl({ addresses }: Addressed, id: string): string {
  return `${addresses.publicUrl}/pay/${id}`;
}

/** Where the card's issuer posts the shopper's browser after a challenge: of this attempt, and no later one. */
export function challengeUrl(
  checkout: Addressed,
  intent: { readonly id: string; readonly attempt: number },
): string {
  return `${payUrl(checkout, attemptReference(intent.id, intent.attempt))}/challenge`;
}

/** The return URL: the browser posts the gateway's result to it, and reads the outcome there. */
export function returnUrl(checkout: CheckoutContext, sessionId: string): string {
  return `${payUrl(checkout, sessionId)}/return`;
}

/** Where a waiting browser posts that the gateway be asked for the outcome. */
export function checkUrl(checkout: CheckoutContext, sessionId: string): string {
  return `${payUrl(checkout, sessionId)}/check`;
}
