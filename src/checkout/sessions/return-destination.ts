import { findCheckoutSession } from "../../db/tables/checkout-sessions.js";
import { findNewestOutcome, hasUnresolvedHeldResult } from "../../db/tables/gateway-results.js";
import type { ResultOutcome } from "../../domain/classification.js";
import { cancelUrlOf, redirectUrl } from "../../domain/session.js";
import { reconcileNow, isInDoubt } from "../reconcile/reconcile-pending.js";
import type { CheckoutContext } from "../context.js";
import { payUrl } from "../public-urls.js";

/**
 * Where a browser goes that has brought a result or waits for one: to the merchant, or to a page of this
 * service.
 */
export type ReturnDestination =
  | { readonly kind: "merchant"; readonly url: string }
  /** The page that waits, with a link back to the merchant. */
  | { readonly kind: "checking"; readonly cancelUrl: string | null }
  | { readonly kind: "unknown" };

/**
 * The destination of a browser, computed from the stored session after the result was applied; `outcome` is
 * that of the result it brought. Nothing else in the browser's request decides.
 */
export async function returnDestination(
  checkout: CheckoutContext,
  sessionId: string,
  outcome: ResultOutcome,
): Promise<ReturnDestination> {
  const session = await findCheckoutSession(checkout.db.manager, sessionId);
  if (session === undefined) return { kind: "unknown" };
  if (session.status === "complete")
    return { kind: "merchant", url: redirectUrl(session.successUrl, session.id) };
  const cancelUrl = cancelUrlOf(session);
  if (await hasUnresolvedHeldResult(checkout.db.manager, session.id)) return { kind: "checking", cancelUrl };
  const unpaid = outcome === "declined" || outcome === "cancelled";
  if (!unpaid) return { kind: "checking", cancelUrl };
  // Without an address of the merchant's the shopper gets the page again, and may try another card.
  return { kind: "merchant", url: cancelUrl ?? payUrl(checkout, session.id) };
}

/** The destination of a browser that waits, by what is stored. Changes nothing, and does not ask the gateway. */
export async function storedDestination(
  checkout: CheckoutContext,
  sessionId: string,
): Promise<ReturnDestination> {
  return await destinationBy(isInDoubt, checkout, sessionId);
}

/** The destination of a browser that waits, after the gateway was asked. */
export async function askForDestination(
  checkout: CheckoutContext,
  sessionId: string,
): Promise<ReturnDestination> {
  return await destinationBy(reconcileNow, checkout, sessionId);
}

async function destinationBy(
  doubt: typeof reconcileNow,
  checkout: CheckoutContext,
  sessionId: string,
): Promise<ReturnDestination> {
  const session = await findCheckoutSession(checkout.db.manager, sessionId);
  if (session === undefined) return { kind: "unknown" };
  const inDoubt = session.status !== "complete" && (await doubt(checkout, session));
  const last = await findNewestOutcome(checkout.db.manager, session.id);
  return await returnDestination(checkout, session.id, inDoubt ? "unknown" : (last ?? "unknown"));
}
