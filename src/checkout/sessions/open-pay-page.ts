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

/** What the shopper who opens a session's page gets to see. */
export type PayPage =
  | { readonly kind: "unknown" }
  /** The signed form that leads on to the gateway's hosted page at `action`. */
  | { readonly kind: "form"; readonly action: string; readonly fields: readonly Field[] }
  | { readonly kind: "complete"; readonly successUrl: string }
  /** No form any more; a way back to the merchant. */
  | { readonly kind: "expired"; readonly cancelUrl: string }
  /** A result waits for a person, or is not known yet: paying again could charge twice. */
  | { readonly kind: "checking"; readonly cancelUrl: string }
  /** A live session's, where the gateway could not tell this service that it was paid. */
  | { readonly kind: "live payments off"; readonly cancelUrl: string };

/** What the page of a session shows before it is opened; `open` is one that would give a form out. */
export type SeenPayPage = Exclude<PayPage, { readonly kind: "form" }> | { readonly kind: "open" };

/** Looks at the page of a session for whom nothing may change: the gateway is not asked, and no form goes out. */
export async function lookAtPayPage(checkout: CheckoutContext, sessionId: string): Promise<SeenPayPage> {
  const session = await findCheckoutSession(checkout.db.manager, sessionId);
  if (session === undefined) return { kind: "unknown" };
  const inDoubt = session.status !== "complete" && (await isInDoubt(checkout, session));
  const closed = await closedPage(checkout, await clockOf(checkout, session), session, inDoubt);
  return closed ?? { kind: "open" };
}

/**
 * Opens the page of a session: gives out the form of its current attempt, where one may be given. Where one
 * was given out before, the gateway is asked first what became of it.
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
  // Between the two reads the session may have been completed, or its time may have run out.
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
 * Writes down that the form goes out, before it does: from then on money may move. Undefined where it may not
 * go out: what a result has just changed is seen here, because whoever records one holds the session as well.
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

/** From now on somebody asks what becomes of the attempt, should nobody say so. */
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
