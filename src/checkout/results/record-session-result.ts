import { type CheckoutSessionRow, startNextAttempt } from "../../db/tables/checkout-sessions.js";
import { inTransaction, type Tx } from "../../db/transaction.js";
import { parseAttemptReference } from "../../domain/attempt-reference.js";
import type { GatewayResult } from "../../domain/gateway-result.js";
import { endsAttempt, type Classification, classifyUnmatched } from "../../domain/classification.js";
import { type Clock, oneTime } from "../../lib/clock.js";
import type { CheckoutContext } from "../context.js";
import { completeSession } from "./complete-session.js";
import type { AppliedResult, GatewayMessage } from "../gateway-messages/gateway-message.js";
import { applied, storeMessage, storeReusedTransaction } from "../gateway-messages/store-gateway-result.js";
import { findReversal } from "../gateway-messages/find-reversal.js";
import { classifyLocked, withLockedSession } from "./locked-session.js";
import { findReversalOf, holdWithReversal } from "./success-during-reversal.js";
import { recordRefundResult } from "../refunds/record-refund-result.js";
import { recordReversalResult } from "../refunds/record-reversal-result.js";
import { recordChargeResult } from "./record-charge-result.js";
import { findPaymentTarget } from "../gateway-messages/payment-target.js";
import { clockOf } from "../test-clock.js";
import { type UnclassifiedResult, newGatewayResult } from "../gateway-messages/new-gateway-result.js";
import type { VerifiedMessage } from "../gateway-messages/verify-message.js";

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
  return await recordAlone(checkout, newGatewayResult(checkout, verified, message), classification);
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
  const classification = classifyLocked(session, result);
  if (classification.outcome === "completed") {
    if (session.status === "complete") return applied(classification, true);
    const returned = await findReversalOf(checkout, tx, { ...session, kind: "session" }, result);
    if (returned !== undefined) return await holdWithReversal(tx, returned, row);
  }
  const stored = await storeMessage(clock, tx, row, classification);
  if (stored === undefined) {
    // A stored success that has not completed this open session has paid another one.
    return classification.outcome === "completed"
      ? await storeReusedTransaction(clock, tx, row)
      : applied(classification, true);
  }
  await checkout.reached("result recorded");
  if (classification.outcome === "completed") {
    const received = { amount: session.amountTotal, currency: session.currency };
    await completeSession(checkout, clock, tx, session, { result, received, stored });
  }
  if (endsAttempt(classification, result, session)) await startNextAttempt(tx, session.id);
  return applied(classification, false);
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
      (await storeMessage(oneTime(clock), tx, row, classification)) === undefined,
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
    storeMessage(oneTime(clock), tx, row, classification),
  );
  return applied(classification, stored === undefined);
}
