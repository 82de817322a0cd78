import type { DirectAnswer } from "../../cardstream/gateway-client.js";
import { type BrowserHeaders, browserFields } from "../../cardstream/three-d-secure.js";
import { queueCardChoice, type SessionOfForm } from "../../db/tables/checkout-sessions.js";
import type { PaymentMethodRow } from "../../db/tables/payment-methods.js";
import { notePending, type PendingOfPage } from "../../db/tables/pending-attempts.js";
import { inTransaction, type Tx } from "../../db/transaction.js";
import { attemptReference, chargeTimes, nextAskAt } from "../../domain/attempt.js";
import { ANSWER_MS } from "../../domain/payment-intent.js";
import { attemptOfCharge, chargeOf, type SavedCardCharge } from "../../domain/saved-cards/card-choice.js";
import { mayGiveForm } from "../../domain/session.js";
import { isId, newId } from "../../lib/ids.js";
import { withGateway, openChargeAccount, saleOf } from "../charges/charge-card.js";
import type { CheckoutContext } from "../context.js";
import { askNow, toAskNow } from "../reconcile/reconcile-pending.js";
import { endCharge, payPageOf } from "../sessions/open-pay-page.js";
import type { PayPage } from "../sessions/pay-page.js";
import { lockPayPageState, type PayPageState, readPayPageState } from "../sessions/pay-page-state.js";
import { addressToSend } from "../sessions/session-form.js";
import { applySavedCardAnswer, chargedFor } from "./saved-card-answer.js";

/** What a shopper has pressed on a session's page. */
export interface ChosenCard {
  readonly paymentMethodId: string;
  /** The attempt that the page was made for. */
  readonly attempt: number;
  /** What the gateway wants to know of the browser, and of where it is. */
  readonly headers: BrowserHeaders;
  readonly address: string | undefined;
}

/** The session's page where the card was not charged; `charged`: the session says what came of it. */
export type ChargedPage = PayPage | { readonly kind: "charged" } | { readonly kind: "no such card" };

/**
 * Charges the saved card that the shopper of a session has chosen: recorded first, sent to the gateway once, and its
 * answer applied like any other message. Whatever the page would give no form for charges no card either: a payment
 * that may have been made, or an expired session. So does an old page, and a card that this session does not offer. If
 * a form was given out before, the gateway is asked first what became of it.
 */
export async function chargeSavedCard(
  checkout: CheckoutContext,
  sessionId: string,
  chosen: ChosenCard,
): Promise<ChargedPage> {
  const state = isId("cs", sessionId) ? await readPayPageState(checkout, sessionId) : undefined;
  if (state === undefined) return { kind: "unknown" };
  const account = await openChargeAccount(checkout, state.session);
  const { recorded, answer } = await withGateway(checkout, state.session, account, async () => {
    const recorded = await recordUnlessPaid(checkout, sessionId, chosen);
    return {
      recorded,
      answer: recorded.kind === "recorded" ? await send(checkout, recorded, chosen, account) : undefined,
    };
  });
  if (recorded.kind !== "recorded") return recorded;
  if (answer !== undefined) await applySavedCardAnswer(checkout, recorded.session, recorded.charge, answer);
  await checkout.checkpoint("charge answered");
  return { kind: "charged" };
}

/** A charge that is on record, and may be sent, once. */
interface Recorded {
  readonly kind: "recorded";
  readonly session: SessionOfForm;
  readonly charge: SavedCardCharge;
  readonly xref: string;
}

async function recordUnlessPaid(
  checkout: CheckoutContext,
  sessionId: string,
  chosen: ChosenCard,
): Promise<Recorded | Exclude<ChargedPage, { kind: "charged" }>> {
  const recorded = await tryToRecord(checkout, sessionId, chosen, toAskNow);
  if (recorded.kind !== "ask first") return recorded;
  await askNow(checkout, recorded.attempts);
  const now = await tryToRecord(checkout, sessionId, chosen, () => []);
  if (now.kind === "ask first") throw new Error("The gateway was just asked.");
  return now;
}

/** What the gateway has to be asked about before a card is charged. */
interface AskFirst {
  readonly kind: "ask first";
  readonly attempts: readonly PendingOfPage[];
}

/** The session is locked, as by a transaction that records a result or gives a form out, so its latest state counts. */
async function tryToRecord(
  checkout: CheckoutContext,
  sessionId: string,
  chosen: ChosenCard,
  toAskAbout: typeof toAskNow,
): Promise<Recorded | AskFirst | Exclude<ChargedPage, { kind: "charged" }>> {
  const callId = newId("call", checkout.clock.now());
  return await inTransaction(checkout.db, "READ COMMITTED", async (tx, { again }) => {
    const state = await lockPayPageState(checkout, tx, sessionId);
    if (state === undefined) return { kind: "unknown" };
    const { session, clock, pending, cards } = state;
    const card = cards.find(({ id }) => id === chosen.paymentMethodId);
    const stored = chargeOf(session);
    // A COMMIT whose connection is lost has usually succeeded: then this call's id is stored already.
    if (again && stored?.callId === callId) return recordedOf(checkout, session, stored, card);
    const attempts = session.status === "complete" ? [] : toAskAbout(pending, clock.now());
    if (attempts.length > 0) return { kind: "ask first", attempts };
    const page = payPageOf(checkout, state, chosen.address);
    if (page.kind !== "form" && page.kind !== "challenge") return page;
    if (card === undefined) return { kind: "no such card" };
    if (chosen.attempt !== session.attempt || !mayGiveForm(session, clock.now())) return page;
    const charge = await recordCharge(tx, state, card.id, callId);
    return recordedOf(checkout, { ...session, attempt: charge.attempt }, charge, card);
  });
}

function recordedOf(
  { sealer }: CheckoutContext,
  session: SessionOfForm,
  charge: SavedCardCharge,
  card: PaymentMethodRow | undefined,
): Recorded {
  const xrefSealed = card?.xrefSealed ?? null;
  if (xrefSealed === null) throw new Error(`Session ${session.id} charges a card that has no token.`);
  const { merchantId, livemode } = session;
  return {
    kind: "recorded",
    session,
    charge,
    xref: sealer.open(xrefSealed, { merchantId, livemode, purpose: "xref" }),
  };
}

/** From now on the session is in doubt, and the service asks what came of the charge, if no message reports it. */
async function recordCharge(
  tx: Tx,
  { session, clock }: PayPageState,
  paymentMethodId: string,
  callId: string,
): Promise<SavedCardCharge> {
  const { id: targetId, merchantId, livemode } = session;
  const now = clock.now();
  const attempt = attemptOfCharge(session);
  const none = { rounds: 0, challengeSealed: null };
  const charge = {
    kind: "charge",
    attempt,
    paymentMethodId,
    callId,
    endsAt: now + ANSWER_MS,
    ...none,
  } as const;
  // It counts as a form that is out: its session does not expire over it.
  const given = { attempt, formsGiven: 1, formGivenAt: now };
  queueCardChoice(tx, targetId, { ...given, cardChoice: charge, pendingPayment: "processing" });
  const times = chargeTimes(now);
  const row = { reference: attemptReference(targetId, attempt), targetId, merchantId, livemode };
  notePending(tx, row, { ...times, nextAskAt: nextAskAt(times, now) });
  await endCharge(tx, session);
  return charge;
}

async function send(
  checkout: CheckoutContext,
  { session, xref }: Recorded,
  { headers, address }: ChosenCard,
  account: Awaited<ReturnType<typeof openChargeAccount>>,
): Promise<DirectAnswer> {
  await checkout.checkpoint("charge recorded");
  const browser = browserFields(headers, addressToSend(session, address));
  const answer = await checkout.direct.sale(
    account,
    saleOf(checkout, { ...chargedFor(session), browser }, xref, account),
  );
  await checkout.checkpoint("charge sent");
  return answer;
}
