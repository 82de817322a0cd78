import { findNewestOutcome } from "../../db/tables/gateway-results.js";
import type { ResultOutcome } from "../../domain/classification.js";
import { cancelUrlOf, redirectUrl } from "../../domain/session.js";
import { isId } from "../../lib/ids.js";
import { askNow, toAskNow } from "../reconcile/reconcile-pending.js";
import type { CheckoutContext } from "../context.js";
import { payUrl } from "../public-urls.js";
import { pageParts } from "./open-pay-page.js";
import type { PageWithoutForm } from "./pay-page.js";
import { isInDoubt, type PageOrder, type PayPageState, readPayPageState } from "./pay-page-state.js";

/**
 * Where a browser goes that has brought a result or waits for one: to the merchant, to the session's page, or to one
 * that waits.
 */
export type ReturnDestination =
  | { readonly kind: "merchant"; readonly url: string; readonly order: PageOrder }
  | { readonly kind: "pay page"; readonly url: string }
  | (PageWithoutForm & { readonly kind: "held" | "in doubt" })
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
  const state = await readState(checkout, sessionId);
  if (state === undefined) return { kind: "unknown" };
  // Its result is not final, whether the gateway is asked about that attempt or not: the page that waits finds out.
  if (outcome === "unknown" && state.session.status !== "complete" && !state.waitsForPerson) {
    return waiting(state, "in doubt");
  }
  return destinationOf(checkout, state, outcome);
}

/** The destination of a browser that waits, by what is stored. Changes nothing, and does not ask the gateway. */
export async function storedDestination(
  checkout: CheckoutContext,
  sessionId: string,
): Promise<ReturnDestination> {
  const state = await readState(checkout, sessionId);
  if (state === undefined) return { kind: "unknown" };
  return destinationOf(checkout, state, await findNewestOutcome(checkout.db.manager, sessionId));
}

/** The destination of a browser that waits, after the gateway was asked, unless a person has to decide. */
export async function askForDestination(
  checkout: CheckoutContext,
  sessionId: string,
): Promise<ReturnDestination> {
  const state = await readState(checkout, sessionId);
  if (state !== undefined && state.session.status !== "complete" && !state.waitsForPerson) {
    await askNow(checkout, toAskNow(state.pending, state.clock.now()));
  }
  return await storedDestination(checkout, sessionId);
}

async function readState(checkout: CheckoutContext, sessionId: string): Promise<PayPageState | undefined> {
  return isId("cs", sessionId) ? await readPayPageState(checkout, sessionId) : undefined;
}

function destinationOf(
  checkout: CheckoutContext,
  state: PayPageState,
  outcome: ResultOutcome | undefined,
): ReturnDestination {
  const { session, order } = state;
  if (session.status === "complete") {
    return { kind: "merchant", url: redirectUrl(session.successUrl, session.id), order };
  }
  if (state.waitsForPerson) return waiting(state, "held");
  if (isInDoubt(state)) return waiting(state, "in doubt");
  const cancelUrl = outcome === "cancelled" ? cancelUrlOf(session) : null;
  if (cancelUrl !== null) return { kind: "merchant", url: cancelUrl, order };
  // Nothing was paid. The session's page says why, where a card was declined, and another may be tried there.
  return { kind: "pay page", url: payUrl(checkout, session.id) };
}

function waiting(state: PayPageState, kind: "held" | "in doubt"): ReturnDestination {
  return { kind, ...pageParts(state) };
}
