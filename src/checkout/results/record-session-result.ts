import {
  type CheckoutSessionRow,
  startNextAttempt,
  lockCheckoutSessionOf,
} from "../../db/tables/checkout-sessions.js";
import { findPaymentIntent } from "../../db/tables/payment-intents.js";
import { setPendingPayment } from "../../db/tables/session-money.js";
import { inTransaction, type Tx } from "../../db/transaction.js";
import { parseAttemptReference } from "../../domain/attempt.js";
import {
  endsAttempt,
  type Classification,
  classifyCharge,
  classifyUnmatched,
  classifyPayment,
  classifySetup,
  captureExpected,
  held,
} from "../../domain/classification.js";
import type { GatewayResult } from "../../domain/gateway-result.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { currencyByCode } from "../../domain/money.js";
import { chargeOf } from "../../domain/saved-cards/card-choice.js";
import type { CheckoutSession } from "../../domain/session.js";
import { type Clock, oneTime } from "../../lib/clock.js";
import type { CheckoutContext } from "../context.js";
import { findReversalOf, holdWithReversal } from "../gateway-messages/hold-with-reversal.js";
import type { AppliedResult, GatewayMessage } from "../gateway-messages/gateway-message.js";
import {
  applied,
  storeMessage,
  storeReusedTransaction,
  type UnclassifiedResult,
  newGatewayResult,
} from "../gateway-messages/store-gateway-result.js";
import { findReversal, findPaymentTarget, type VerifiedMessage } from "../gateway-messages/verify-message.js";
import { recordReversalResult } from "../refunds/record-reversal-result.js";
import { recordRefundResult } from "../refunds/refund-lease.js";
import { clockOf } from "../test-clock.js";
import { attemptOf } from "./card-row.js";
import { completeSession } from "./complete-session.js";
import { noteUnpaidResult } from "./note-unpaid-result.js";
import { recordChargeResult } from "./record-charge-result.js";

/**
 * Records one verified result in one serialisable transaction: locks the session or payment intent,
 * classifies the result by the stored state, and writes all of its consequences or none. Undefined, with
 * nothing written, if an assumption of the caller proves wrong: the session is another merchant's, or there
 * is one where none was found.
 */
export async function recordSessionResult(
  checkout: CheckoutContext,
  verified: VerifiedMessage,
  message: GatewayMessage,
): Promise<AppliedResult | undefined> {
  const { target, refund, returned, result } = verified;
  const reversal = { result, body: message.body, via: message.via, kind: "refund" } as const;
  if (refund !== undefined) return await recordRefundResult(checkout, refund, reversal);
  if (returned !== undefined) return await recordReversalResult(checkout, returned, reversal, null);
  const row = newGatewayResult(checkout, verified, message);
  if (target === undefined) return await recordUnknown(checkout, result, row);
  if (target.intent !== undefined) return await recordChargeResult(checkout, target.intent, result, row);
  const { session } = target;
  return await withLockedSession(checkout, session, (tx, locked, clock) =>
    recordFor(checkout, clock, tx, locked, result, row),
  );
}

/**
 * Records a result that could not be applied, in a transaction that touches nothing else: held if it took
 * money.
 */
export async function recordUnapplicable(
  checkout: CheckoutContext,
  verified: VerifiedMessage,
  message: GatewayMessage,
): Promise<AppliedResult> {
  const classification = classifyUnmatched(verified.result, "not_applicable");
  const row = newGatewayResult(checkout, verified, message);
  const done = await recordAlone(checkout, row, classification);
  if (classification.outcome === "held" && row.sessionId !== null) await markHeld(checkout, row.sessionId);
  return done;
}

/** In a transaction of its own: the result is on record, whether its session can be written or not. */
async function markHeld({ db, log }: CheckoutContext, sessionId: string): Promise<void> {
  try {
    await inTransaction(db, "READ COMMITTED", (tx) => setPendingPayment(tx, sessionId, "held"));
  } catch (error) {
    log.error({ err: error, session: sessionId }, "a session cannot be marked: one of its payments is held");
  }
}

/** Classifies the result by the locked session, stores it, and writes all that follows from it. */
async function recordFor(
  checkout: CheckoutContext,
  clock: Clock,
  tx: Tx,
  session: CheckoutSessionRow,
  result: GatewayResult,
  row: UnclassifiedResult,
): Promise<AppliedResult> {
  const classification = await classifyRecorded(tx, session, classifyLocked(session, result));
  if (classification.outcome === "completed") {
    if (session.status === "complete") return applied(classification, true);
    const isReversed = session.reversalStartedAt !== null;
    const target = { kind: "session", id: session.id } as const;
    const returned = isReversed ? await findReversalOf(checkout, tx, target, result) : undefined;
    if (returned !== undefined) {
      return await noteHeld(tx, session, await holdWithReversal(checkout, clock, tx, returned, row));
    }
  }
  const stored = await storeMessage(checkout, clock, tx, row, classification);
  if (stored === undefined) {
    // A stored success that has not completed this open session has paid another one.
    return classification.outcome === "completed"
      ? await noteHeld(tx, session, await storeReusedTransaction(checkout, clock, tx, row))
      : applied(classification, true);
  }
  await checkout.checkpoint("result recorded");
  if (classification.outcome === "completed") {
    const received = { amount: session.amountTotal, currency: session.currency };
    await completeSession(checkout, clock, tx, session, { result, received, stored });
  } else {
    await noteUnpaidResult(checkout, clock, tx, session, classification, stored);
  }
  // A saved card is charged once: what is held of that is its last word.
  const isHeld = classification.outcome === "held" && session.status !== "complete";
  const isHeldCharge = isHeld && attemptOf(result) === chargeOf(session)?.attempt;
  if (isHeldCharge || endsAttempt(classification, result, session)) await startNextAttempt(tx, session.id);
  return applied(classification, false);
}

/** A success that pays nothing here: where it was news, a person has to decide. */
async function noteHeld(tx: Tx, { id }: CheckoutSessionRow, result: AppliedResult): Promise<AppliedResult> {
  if (!result.replayed) await setPendingPayment(tx, id, "held");
  return result;
}

/**
 * No target was found by the result's reference. That was read on another connection, which may have led to a
 * replica or a former primary: so it is read again in the transaction that writes.
 */
async function recordUnknown(
  checkout: CheckoutContext,
  result: GatewayResult,
  row: UnclassifiedResult,
): Promise<AppliedResult | undefined> {
  const classification = classifyUnmatched(result, "session_unknown");
  const clock = await clockOf(checkout, row);
  return await inTransaction(checkout.db, "SERIALIZABLE", async (tx) => {
    if (await isOurs(tx, result.transactionUnique)) return undefined;
    return applied(
      classification,
      (await storeMessage(checkout, oneTime(clock), tx, row, classification)) === undefined,
    );
  });
}

async function isOurs(tx: Tx, name: string): Promise<boolean> {
  const db = { manager: tx };
  const { refund, returned } = await findReversal({ db }, name);
  return (refund ?? returned ?? (await findPaymentTarget({ db }, parseAttemptReference(name)))) !== undefined;
}

async function recordAlone(
  checkout: CheckoutContext,
  row: UnclassifiedResult,
  classification: Classification,
): Promise<AppliedResult> {
  const clock = await clockOf(checkout, row);
  const stored = await inTransaction(checkout.db, "SERIALIZABLE", (tx) =>
    storeMessage(checkout, oneTime(clock), tx, row, classification),
  );
  return applied(classification, stored === undefined);
}

/** What is done about a session while its row is locked. `clock` stands still at the transaction's time. */
type SessionWork<T> = (tx: Tx, session: CheckoutSessionRow, clock: Clock) => Promise<T>;

/**
 * Runs `work` in one serialisable transaction that has locked the session. Undefined, with nothing done,
 * where the session is not this merchant's, or absent.
 */
export async function withLockedSession<T>(
  checkout: CheckoutContext,
  session: MerchantScope & { readonly id: string },
  work: SessionWork<T>,
): Promise<T | undefined> {
  const clock = await clockOf(checkout, session);
  return await inTransaction(checkout.db, "SERIALIZABLE", async (tx) => {
    const locked = await lockCheckoutSessionOf(tx, session, session.id);
    if (locked === undefined) return undefined;
    await checkout.checkpoint("session locked");
    return await work(tx, locked, oneTime(clock));
  });
}

/**
 * Classifies a success once more that the transaction which has paid the session reports again. A person may have
 * accepted another amount of it than the session's: then this amount is news, and held.
 */
export async function classifyRecorded(
  tx: Tx,
  { status, paymentIntentId, amountTotal, currency }: CheckoutSessionRow,
  classification: Classification,
): Promise<Classification> {
  if (status !== "complete" || paymentIntentId === null || classification.outcome !== "completed")
    return classification;
  const payment = await findPaymentIntent(tx, paymentIntentId);
  if (payment?.currency !== currency) return held("currency_mismatch");
  return payment.amount === amountTotal ? classification : held("amount_mismatch");
}

/**
 * Classifies a result for a locked session: the first success recorded completes it; another transaction's is held. A
 * session that stores a card is completed by a verification only, never by a sale.
 */
export function classifyLocked(session: CheckoutSession, result: GatewayResult): Classification {
  const currency = currencyByCode(session.currency);
  if (currency === undefined) throw new Error(`Session ${session.id} has an unknown currency.`);
  const { id: targetId, amountTotal: amount, attempt } = session;
  const isComplete = session.status === "complete";
  const paidByOther = isComplete && session.completedBy !== result.transactionKey;
  const isManual = session.options?.captureMethod === "manual";
  const capture = isManual ? captureExpected(isComplete && !paidByOther) : undefined;
  const expected = { targetId, amount, currency, attempt, capture };
  const isSetup = session.mode === "setup";
  const isCharge = chargeOf(session, attemptOf(result));
  const classification = isSetup
    ? classifySetup(result, expected)
    : isCharge
      ? classifyCharge(result, expected, { offSession: false })
      : classifyPayment(result, expected);
  if (classification.outcome !== "completed" || !paidByOther) return classification;
  return held(isSetup ? "setup_mismatch" : "duplicate");
}
