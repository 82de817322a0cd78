import { findCheckoutSession } from "../db/checkout-sessions.js";
import { hasUnresolvedHeldResult } from "../db/gateway-results.js";
import type { Outcome } from "../domain/judgement.js";
import { redirectUrl } from "../domain/redirect-url.js";
import type { Checkout } from "./checkout.js";

/** Where a browser goes that has brought a result: on to the merchant, or to a page of ours. */
export type ReturnDestination = { readonly url: string } | "checking" | "unknown";

/**
 * The destination of a browser, computed from the stored session after the result was applied; `outcome` is that of the
 * result it brought. Nothing that the browser says decides it.
 */
export async function returnDestination(
  checkout: Checkout,
  sessionId: string,
  outcome: Outcome,
): Promise<ReturnDestination> {
  const session = await findCheckoutSession(checkout.db.manager, sessionId);
  if (session === undefined) return "unknown";
  if (session.status === "complete") return { url: redirectUrl(session.successUrl, session.id) };
  if (await hasUnresolvedHeldResult(checkout.db.manager, session.id)) return "checking";
  const unpaid = outcome === "declined" || outcome === "cancelled";
  return unpaid ? { url: redirectUrl(session.cancelUrl, session.id) } : "checking";
}
