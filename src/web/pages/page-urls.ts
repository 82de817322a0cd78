import type { CheckoutContext } from "../../checkout/context.js";

/** The address of a session's page. */
export function payUrl({ addresses }: CheckoutContext, sessionId: string): string {
  return `${addresses.publicUrl}/pay/${sessionId}`;
}

/** The address that results are brought to, and asked for. */
export function returnUrl(checkout: CheckoutContext, sessionId: string): string {
  return `${payUrl(checkout, sessionId)}/return`;
}
