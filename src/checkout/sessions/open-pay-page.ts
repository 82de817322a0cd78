import type { Field } from "../../cardstream/fields.js";
import { hostedForm, hostedUrl } from "../../cardstream/hosted-form.js";
import { selectTogether } from "../../db/query/select.js";
import {
  noteFormGiven,
  lockedSessionOfForm,
  type SessionOfForm,
  type SessionOfPage,
  sessionOfPage,
} from "../../db/tables/checkout-sessions.js";
import { type FormAccountRow, formAccountOf } from "../../db/tables/gateway-accounts.js";
import { unresolvedHeldResult } from "../../db/tables/gateway-results.js";
import { testClockOfSession } from "../../db/tables/merchants.js";
import { notePending, pendingAttemptsOf, type PendingOfPage } from "../../db/tables/pending-attempts.js";
import { inTransaction, type Tx } from "../../db/transaction.js";
import { nextAskAt, attemptReference } from "../../domain/attempt.js";
import { currencyByCode } from "../../domain/money.js";
import { cancelUrlOf, redirectUrl, closesAt, keepsCard, mayGiveForm } from "../../domain/session.js";
import { oneTime, type Clock } from "../../lib/clock.js";
import { isId } from "../../lib/ids.js";
import type { CheckoutContext } from "../context.js";
import { openFormAccount } from "../merchants/gateway-account.js";
import { callbackUrl, requiredCallbackUrl, returnUrl } from "../public-urls.js";
import { askNow, isNewestInDoubt } from "../reconcile/reconcile-pending.js";
import { clockAhead } from "../test-clock.js";

/** What the shopper sees who opens a session's page. */
export type PayPage =
  | { readonly kind: "unknown" }
  /** The signed form that leads to the gateway's hosted page at `action`. */
  | { readonly kind: "form"; readonly action: string; readonly fields: readonly Field[] }
  | { readonly kind: "complete"; readonly successUrl: string }
  /** No form is given out any more; the page links back to the merchant. */
  | { readonly kind: "expired"; readonly cancelUrl: string | null }
  /** A result waits for a person, or is not known yet: paying again could charge twice. */
  | { readonly kind: "checking"; readonly cancelUrl: string | null }
  /** A live session's page, if the gateway cannot report its payment to this service. */
  | { readonly kind: "live payments off"; readonly cancelUrl: string | null };

/** What the page of a session shows without opening it; `open` is one that would give a form out. */
export type SeenPayPage = Exclude<PayPage, { readonly kind: "form" }> | { readonly kind: "open" };

/**
 * Reads the page of a session without changing anything: the gateway is not asked, and no form is given out.
 */
export async function lookAtPayPage(checkout: CheckoutContext, sessionId: string): Promise<SeenPayPage> {
  const state = await readPayPageState(checkout, sessionId);
  if (state === undefined) return { kind: "unknown" };
  return closedPage(checkout, state) ?? { kind: "open" };
}

/**
 * Opens the page of a session: gives out the form of its current attempt, if allowed. If one was given out
 * before, the gateway is asked first what became of it.
 */
export async function openPayPage(checkout: CheckoutContext, sessionId: string): Promise<PayPage> {
  const found = await readPayPageState(checkout, sessionId);
  if (found === undefined) return { kind: "unknown" };
  const state = (await askGateway(checkout, found)) ? await readPayPageState(checkout, sessionId) : found;
  if (state === undefined) return { kind: "unknown" };
  return closedPage(checkout, state) ?? (await giveForm(checkout, state));
}

/** The signed fields of the form of a session's current attempt. Gives nothing out: see `openPayPage`. */
export function formOf(checkout: CheckoutContext, session: SessionOfForm, account: FormAccountRow): Field[] {
  const currency = currencyByCode(session.currency);
  if (currency === undefined) throw new Error(`Session ${session.id} has an unknown currency.`);
  return hostedForm(openFormAccount(checkout, account), {
    sessionId: session.id,
    attempt: session.attempt,
    amount: session.amountTotal,
    currency,
    items: session.lineItems,
    redirectUrl: returnUrl(checkout, session.id),
    callbackUrl: requiredCallbackUrl(checkout, session.livemode),
    cardOnFile: keepsCard(session),
    asksWho: session.customerCreation !== null,
    email: session.options?.customerEmail ?? null,
  });
}

/** False where nothing is to be asked about the session. */
async function askGateway(
  checkout: CheckoutContext,
  { session, pending, clock }: PayPageState,
): Promise<boolean> {
  return session.status !== "complete" && (await askNow(checkout, pending, clock.now()));
}

/** What the page shows where no form may go out; undefined where one may. */
function closedPage(
  checkout: CheckoutContext,
  { session, clock, waitsForPerson, pending }: PayPageState,
): Exclude<PayPage, { readonly kind: "form" }> | undefined {
  if (session.status === "complete") {
    return { kind: "complete", successUrl: redirectUrl(session.successUrl, session.id) };
  }
  const kind = whyNoForm(checkout, { session, clock, waitsForPerson, pending });
  return kind && { kind, cancelUrl: cancelUrlOf(session) };
}

function whyNoForm(checkout: CheckoutContext, { session, clock, waitsForPerson, pending }: PayPageState) {
  if (waitsForPerson || isNewestInDoubt(session, pending)) return "checking";
  if (!mayGiveForm(session, clock.now())) return "expired";
  return callbackUrl(checkout, session.livemode) === undefined ? "live payments off" : undefined;
}

/**
 * Records that the form is given out, before it is: from then on money may move. The session is locked, as by a
 * transaction that records a result, so its latest state counts.
 */
async function giveForm(checkout: CheckoutContext, state: PayPageState): Promise<PayPage> {
  return await inTransaction(checkout.db, "READ COMMITTED", async (tx) => {
    const clock = oneTime(state.clock);
    const locked = await lockPayPageState(tx, { ...state, clock });
    const closed = closedPage(checkout, locked);
    if (closed !== undefined) return closed;
    const form = formPage(checkout, locked);
    noteFormGiven(tx, locked.session.id, clock.now());
    notePendingAttempt(tx, locked.session, clock.now());
    return form;
  });
}

/** From now on the service asks for the outcome of the attempt, if no message reports it. */
function notePendingAttempt(tx: Tx, session: SessionOfPage, now: number): void {
  const { id, merchantId, livemode, attempt } = session;
  const times = { givenAt: now, closesAt: closesAt({ ...session, formsGiven: session.formsGiven + 1 }) };
  const row = { reference: attemptReference(id, attempt), targetId: id, merchantId, livemode };
  notePending(tx, row, { ...times, nextAskAt: nextAskAt(times, now) });
}

function formPage(checkout: CheckoutContext, { session, account }: LockedPayPageState): PayPage {
  const { gatewayUrl, sandboxUrl } = checkout.addresses;
  if (account === undefined) throw new Error(`Session ${session.id} has no gateway account.`);
  const fields = formOf(checkout, session, account);
  return { kind: "form", action: hostedUrl(session.livemode ? gatewayUrl : sandboxUrl), fields };
}

/** All that decides what the page of a session shows. */
interface PayPageState {
  readonly session: SessionOfPage;
  /** The one that the session's life follows. */
  readonly clock: Clock;
  /** True while a held result of the session waits for a person. */
  readonly waitsForPerson: boolean;
  /** The session's pending attempts, the oldest form first. */
  readonly pending: readonly PendingOfPage[];
}

/** A state that the session's lock keeps from changing, and the account that the form is signed with. */
interface LockedPayPageState extends PayPageState {
  readonly session: SessionOfForm;
  /** Undefined where the merchant has none in this mode. */
  readonly account: FormAccountRow | undefined;
}

/** Reads it in one round trip. Undefined where there is no such session. */
async function readPayPageState(
  checkout: CheckoutContext,
  sessionId: string,
): Promise<PayPageState | undefined> {
  if (!isId("cs", sessionId)) return undefined;
  const [session, testClock, waitsForPerson, pending] = await selectTogether(
    checkout.db.manager,
    sessionOfPage(sessionId),
    testClockOfSession(sessionId),
    unresolvedHeldResult(sessionId),
    pendingAttemptsOf(sessionId),
  );
  if (session === undefined) return undefined;
  const clock = clockAhead(checkout, session, testClock?.testClockAhead ?? 0);
  return { session, clock, waitsForPerson, pending };
}

/**
 * Reads it again in one round trip, and locks the session until the transaction ends. Recording a result locks
 * the session as well, so what is read behind the lock includes what the last one has stored.
 */
async function lockPayPageState(
  tx: Tx,
  { session: { id, merchantId, livemode }, clock }: PayPageState,
): Promise<LockedPayPageState> {
  const [session, waitsForPerson, pending, account] = await selectTogether(
    tx,
    lockedSessionOfForm(tx, id),
    unresolvedHeldResult(id),
    pendingAttemptsOf(id),
    formAccountOf({ merchantId, livemode }),
  );
  if (session === undefined) throw new Error(`Session ${id} is gone.`);
  return { session, clock, waitsForPerson, pending, account };
}
