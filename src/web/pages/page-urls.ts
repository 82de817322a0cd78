import type { Checkout } from "../../checkout/context.js";

/** The address of a session's page. */
export function payUrl({ addresses }: Checkout, sessionId: string): string {
  return `${addresses.publicUrl}/pay/${sessionId}`;
}

/** The address that results are brought to, and asked for. */
export function returnUrl(checkout: Checkout, sessionId: string): string {
  return `${payUrl(checkout, sessionId)}/return`;
}
