import type { DirectAnswer } from "../../cardstream/gateway-client.js";
import { type BrowserHeaders, browserFields } from "../../cardstream/three-d-secure.js";
import { queueCardChoice, type SessionOfForm } from "../../db/tables/checkout-sessions.js";
import type { PaymentMethodRow } from "../../db/tables/payment-methods.js";
import { notePending } from "../../db/tables/pending-attempts.js";
import { inTransaction, type Tx } from "../../db/transaction.js";
import { attemptReference, chargeTimes, nextAskAt } from "../../domain/attempt.js";
import { ANSWER_MS } from "../../domain/payment-intent.js";
import {
  attemptOfCharge,
  attemptOfForm,
  chargeOf,
  type SavedCardCharge,
} from "../../domain/saved-cards/card-choice.js";
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
  const state = isId("cs", sessionId) ? await readOnceAsked(checkout, sessionId) : undefined;
  if (state === undefined) return { kind: "unknown" };
  // Before the gateway's places are counted: who presses in vain takes none, and says nothing of the gateway.
  const notCharged = whyNotCharged(checkout, state, chosen);
  if (notCharged !== undefined) return notCharged;
  const account = await openChargeAccount(checkout, state.session);
  const { recorded, answer } = await withGateway(checkout, state.session, account, async () => {
    const recorded = await record(checkout, sessionId, chosen);
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

/** The state of the page, once the gateway was asked what became of a form that is out. */
async function readOnceAsked(
  checkout: CheckoutContext,
  sessionId: string,
): Promise<PayPageState | undefined> {
  const state = await readPayPageState(checkout, sessionId);
  if (state === undefined || state.session.status === "complete") return state;
  const attempts = toAskNow(state.pending, state.clock.now());
  if (attempts.length === 0) return state;
  await askNow(checkout, attempts);
  return await readPayPageState(checkout, sessionId);
}

/** A page that says why no card is charged. */
type NotCharged = Exclude<ChargedPage, { readonly kind: "charged" }>;

/** Undefined: the card may be charged. */
function whyNotCharged(
  checkout: CheckoutContext,
  state: PayPageState,
  chosen: ChosenCard,
): NotCharged | undefined {
  const { session, clock, cards } = state;
  const page = payPageOf(checkout, state, chosen.address);
  if (page.kind !== "form" && page.kind !== "challenge") return page;
  if (!cards.some(({ id }) => id === chosen.paymentMethodId)) return { kind: "no such card" };
  const isOld = chosen.attempt !== attemptOfForm(session);
  return isOld || !mayGiveForm(session, clock.now()) ? page : undefined;
}

/** A charge that is on record, and may be sent, once. */
interface Recorded {
  readonly kind: "recorded";
  readonly session: SessionOfForm;
  readonly charge: SavedCardCharge;
  readonly xref: string;
}

/** The session is locked, as by a transaction that records a result or gives a form out, so its latest state counts. */
async function record(
  checkout: CheckoutContext,
  sessionId: string,
  chosen: ChosenCard,
): Promise<Recorded | NotCharged> {
  const callId = newId("call", checkout.clock.now());
  let recorded: Recorded | undefined;
  return await inTransaction(checkout.db, "READ COMMITTED", async (tx, { again }) => {
    const state = await lockPayPageState(checkout, tx, sessionId);
    if (state === undefined) return { kind: "unknown" };
    const { session, cards } = state;
    // A COMMIT whose connection is lost has usually succeeded: then this call's id is stored already.
    if (again && recorded !== undefined && chargeOf(session)?.callId === callId) return recorded;
    const notCharged = whyNotCharged(checkout, state, chosen);
    if (notCharged !== undefined) return notCharged;
    const card = cards.find(({ id }) => id === chosen.paymentMethodId);
    const charge = await recordCharge(tx, state, chosen.paymentMethodId, callId);
    recorded = recordedOf(checkout, { ...session, attempt: charge.attempt }, charge, card);
    return recorded;
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
