import type { Field } from "../../cardstream/fields.js";
import { hostedForm, hostedUrl } from "../../cardstream/hosted-form.js";
import {
  findCheckoutSession,
  lockCheckoutSession,
  noteFormGiven,
} from "../../db/tables/checkout-sessions.js";
import { hasUnresolvedHeldResult } from "../../db/tables/gateway-results.js";
import { notePending } from "../../db/tables/pending-attempts.js";
import { inTransaction, type Tx } from "../../db/transaction.js";
import { nextAskAt } from "../../domain/reconcile-schedule.js";
import { attemptReference } from "../../domain/attempt-reference.js";
import { currencyByCode } from "../../domain/money.js";
import { redirectUrl } from "../../domain/redirect-url.js";
import { type CheckoutSession, closesAt, keepsCard, mayGiveForm } from "../../domain/session.js";
import type { Clock } from "../../lib/clock.js";
import { reconcileNow, isInDoubt } from "../reconcile/reconcile-now.js";
import { callbackUrl, requiredCallbackUrl } from "../callback-url.js";
import type { CheckoutContext } from "../context.js";
import { openGatewayAccount } from "../merchants/gateway-account.js";
import { clockOf } from "../test-clock.js";

/** What the shopper sees who opens a session's page. */
export type PayPage =
  | { readonly kind: "unknown" }
  /** The signed form that leads to the gateway's hosted page at `action`. */
  | { readonly kind: "form"; readonly action: string; readonly fields: readonly Field[] }
  | { readonly kind: "complete"; readonly successUrl: string }
  /** No form is given out any more; the page links back to the merchant. */
  | { readonly kind: "expired"; readonly cancelUrl: string }
  /** A result waits for a person, or is not known yet: paying again could charge twice. */
  | { readonly kind: "checking"; readonly cancelUrl: string }
  /** A live session's page, if the gateway cannot report its payment to this service. */
  | { readonly kind: "live payments off"; readonly cancelUrl: string };

/** What the page of a session shows without opening it; `open` is one that would give a form out. */
export type SeenPayPage = Exclude<PayPage, { readonly kind: "form" }> | { readonly kind: "open" };

/**
 * Reads the page of a session without changing anything: the gateway is not asked, and no form is given out.
 */
export async function lookAtPayPage(checkout: CheckoutContext, sessionId: string): Promise<SeenPayPage> {
  const session = await findCheckoutSession(checkout.db.manager, sessionId);
  if (session === undefined) return { kind: "unknown" };
  const inDoubt = session.status !== "complete" && (await isInDoubt(checkout, session));
  const closed = await closedPage(checkout, await clockOf(checkout, session), session, inDoubt);
  return closed ?? { kind: "open" };
}

/**
 * Opens the page of a session: gives out the form of its current attempt, if allowed. If one was given out
 * before, the gateway is asked first what became of it.
 */
export async function openPayPage(checkout: CheckoutContext, sessionId: string): Promise<PayPage> {
  const found = await findCheckoutSession(checkout.db.manager, sessionId);
  if (found === undefined) return { kind: "unknown" };
  const inDoubt = found.status !== "complete" && (await reconcileNow(checkout, found));
  const session = (await findCheckoutSession(checkout.db.manager, sessionId)) ?? found;
  const clock = await clockOf(checkout, session);
  const closed = await closedPage(checkout, clock, session, inDoubt);
  if (closed !== undefined) return closed;
  const given = await giveForm(checkout, clock, session.id);
  // Between the two reads the session may have been completed or have expired.
  return given === undefined ? openPayPage(checkout, sessionId) : await formPage(checkout, given);
}

async function closedPage(
  checkout: CheckoutContext,
  clock: Clock,
  session: CheckoutSession,
  inDoubt: boolean,
): Promise<Exclude<PayPage, { readonly kind: "form" }> | undefined> {
  if (session.status === "complete") {
    return { kind: "complete", successUrl: redirectUrl(session.successUrl, session.id) };
  }
  const cancelUrl = redirectUrl(session.cancelUrl, session.id);
  const waits = inDoubt || (await hasUnresolvedHeldResult(checkout.db.manager, session.id));
  if (waits) return { kind: "checking", cancelUrl };
  if (!mayGiveForm(session, clock.now())) return { kind: "expired", cancelUrl };
  return callbackUrl(checkout, session.livemode) === undefined
    ? { kind: "live payments off", cancelUrl }
    : undefined;
}

/**
 * Records that the form is given out, before it is: from then on money may move. Undefined if it may not be
 * given out: the session is locked, as by a transaction that records a result, so its latest state counts.
 */
async function giveForm(
  checkout: CheckoutContext,
  clock: Clock,
  sessionId: string,
): Promise<CheckoutSession | undefined> {
  return await inTransaction(checkout.db, "READ COMMITTED", async (tx) => {
    const session = await lockCheckoutSession(tx, sessionId);
    const now = clock.now();
    if (!mayGiveForm(session, now) || (await hasUnresolvedHeldResult(tx, session.id))) return undefined;
    await noteFormGiven(tx, session.id, now);
    await notePendingAttempt(tx, session, now);
    return session;
  });
}

/** From now on the service asks for the outcome of the attempt, if no message reports it. */
async function notePendingAttempt(tx: Tx, session: CheckoutSession, now: number): Promise<void> {
  const { id, merchantId, livemode, attempt } = session;
  const times = { givenAt: now, closesAt: closesAt({ ...session, formsGiven: session.formsGiven + 1 }) };
  const row = { reference: attemptReference(id, attempt), targetId: id, merchantId, livemode };
  await notePending(tx, row, { ...times, nextAskAt: nextAskAt(times, now) });
}

async function formPage(checkout: CheckoutContext, session: CheckoutSession): Promise<PayPage> {
  const { publicUrl, gatewayUrl, sandboxUrl } = checkout.addresses;
  const account = await openGatewayAccount(checkout, session);
  const currency = currencyByCode(session.currency);
  if (account === undefined || currency === undefined) {
    throw new Error(`Session ${session.id} has no gateway account or an unknown currency.`);
  }
  const fields = hostedForm(account, {
    sessionId: session.id,
    attempt: session.attempt,
    amount: session.amountTotal,
    currency,
    items: session.lineItems,
    redirectUrl: `${publicUrl}/pay/${session.id}/return`,
    callbackUrl: requiredCallbackUrl(checkout, session.livemode),
    cardOnFile: keepsCard(session),
    asksWho: session.customerCreation !== null,
  });
  return { kind: "form", action: hostedUrl(session.livemode ? gatewayUrl : sandboxUrl), fields };
}
