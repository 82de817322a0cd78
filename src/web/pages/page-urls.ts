import type { CheckoutContext } from "../../checkout/context.js";

/** The address of a session's page. */
export function payUrl({ addresses }: CheckoutContext, sessionId: string): string {
  return `${addresses.publicUrl}/pay/${sessionId}`;
}

/** The return URL: the browser posts the gateway's result to it, and polls it for the outcome. */
export function returnUrl(checkout: CheckoutContext, sessionId: string): string {
  return `${payUrl(checkout, sessionId)}/return`;
}
