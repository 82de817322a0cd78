import {
  type CheckoutSessionRow,
  lockCheckoutSessionOf,
  startNextAttempt,
} from "../../db/tables/checkout-sessions.js";
import { isStoredBefore } from "../../db/tables/gateway-results.js";
import { inTransaction, type Tx } from "../../db/transaction.js";
import { parseAttemptReference } from "../../domain/attempt-reference.js";
import type { GatewayResult } from "../../domain/gateway-result.js";
import { endsAttempt, held, judge, type Judgement, judgeAlone } from "../../domain/classification.js";
import { currencyByCode } from "../../domain/money.js";
import type { CheckoutSession } from "../../domain/session.js";
import { type Clock, oneTime } from "../../lib/clock.js";
import type { Checkout } from "../context.js";
import { completeSession } from "./complete-session.js";
import type { AppliedResult, GatewayMessage } from "../gateway-messages/gateway-message.js";
import {
  applied,
  insertJudged,
  insertJudgedLater,
  insertReused,
} from "../gateway-messages/store-gateway-result.js";
import { findReversal } from "../gateway-messages/find-reversal.js";
import { findReturnOf, keepWithReturn } from "./success-during-reversal.js";
import { recordRefundResult } from "../refunds/record-refund-result.js";
import { recordReturnResult } from "../refunds/record-reversal-result.js";
import { recordChargeResult } from "./record-charge-result.js";
import { findSubject } from "../gateway-messages/payment-target.js";
import { clockOf } from "../test-clock.js";
import { type UnjudgedRow, unjudgedRow } from "../gateway-messages/new-gateway-result.js";
import type { VerifiedMessage } from "../gateway-messages/verify-message.js";

/**
 * Records one verified result in one serialisable transaction: the session or payment intent is locked, the result is
 * judged by what is stored, and either all of its consequences are written or none. Undefined where the session is not its
 * owner's, or there is one where none was found: as far as that was taken for granted, and then nothing is written.
 */
export async function recordResult(
  checkout: Checkout,
  verified: VerifiedMessage,
  message: GatewayMessage,
): Promise<AppliedResult | undefined> {
  const { subject, refund, returned, result } = verified;
  const reversal = { result, body: message.body, via: message.via, kind: "refund" } as const;
  if (refund !== undefined) return await recordRefundResult(checkout, refund, reversal);
  if (returned !== undefined) return await recordReturnResult(checkout, returned, reversal, null);
  const row = unjudgedRow(checkout, verified, message);
  if (subject === undefined) return await recordUnknown(checkout, result, row);
  if (subject.intent !== undefined) return await recordChargeResult(checkout, subject.intent, result, row);
  const { session } = subject;
  const clock = await clockOf(checkout, session);
  const record = (isNew: boolean): Promise<AppliedResult | undefined> =>
    inTransaction(checkout.db, "SERIALIZABLE", async (tx) => {
      const locked = await lockCheckoutSessionOf(tx, session, session.id);
      if (locked === undefined) return undefined;
      await checkout.reached("session locked");
      return await recordFor(checkout, oneTime(clock), tx, locked, result, row, isNew);
    });
  try {
    return await record(true);
  } catch (error) {
    if (!isStoredBefore(error)) throw error;
    return await record(false);
  }
}

/** Records a result that could not be applied, in a transaction that touches nothing else: held where it took money. */
export async function recordUnapplicable(
  checkout: Checkout,
  verified: VerifiedMessage,
  message: GatewayMessage,
): Promise<AppliedResult> {
  const judgement = judgeAlone(verified.result, "not_applicable");
  return await recordAlone(checkout, unjudgedRow(checkout, verified, message), judgement);
}

/**
 * Records what a result means for a locked session. A message that comes again is mostly found out by the session that it has
 * completed: so the first try takes it for new, and sends it with all that follows from it; only where the unique key then
 * knows it, the second one asks that first.
 */
async function recordFor(
  checkout: Checkout,
  clock: Clock,
  tx: Tx,
  session: CheckoutSessionRow,
  result: GatewayResult,
  row: UnjudgedRow,
  isNew: boolean,
): Promise<AppliedResult> {
  const judgement = judgeLocked(session, result);
  if (judgement.outcome === "completed") {
    if (session.status === "complete") return applied(judgement, true);
    const returned = await findReturnOf(checkout, tx, { ...session, kind: "session" }, result);
    if (returned !== undefined) return await keepWithReturn(tx, returned, row);
  }
  const stored = isNew
    ? insertJudgedLater(clock, tx, row, judgement)
    : await insertJudged(clock, tx, row, judgement);
  if (stored === undefined) {
    // An open session's success that is on record already has paid another session.
    return judgement.outcome === "completed" ? await insertReused(clock, tx, row) : applied(judgement, true);
  }
  await checkout.reached("result recorded");
  if (judgement.outcome === "completed") {
    const received = { amount: session.amountTotal, currency: session.currency };
    await completeSession(checkout, clock, tx, session, { result, received, stored });
  }
  if (endsAttempt(judgement, result, session)) await startNextAttempt(tx, session.id);
  return applied(judgement, false);
}

/** Of two successes the first one recorded pays the session; another transaction's waits for a person. */
function judgeLocked(session: CheckoutSession, result: GatewayResult): Judgement {
  const currency = currencyByCode(session.currency);
  if (currency === undefined) throw new Error(`Session ${session.id} has an unknown currency.`);
  const { id: subjectId, amountTotal: amount, attempt } = session;
  const judgement = judge(result, { subjectId, amount, currency, attempt });
  const paidByOther = session.status === "complete" && session.completedBy !== result.transactionKey;
  return judgement.outcome === "completed" && paidByOther ? held("duplicate") : judgement;
}

/**
 * Nothing of ours was found by the result's name. That was asked on another connection, which may have led to a replica or a
 * former primary: so it is asked again where it is written.
 */
async function recordUnknown(
  checkout: Checkout,
  result: GatewayResult,
  row: UnjudgedRow,
): Promise<AppliedResult | undefined> {
  const judgement = judgeAlone(result, "session_unknown");
  const clock = await clockOf(checkout, row);
  return await inTransaction(checkout.db, "SERIALIZABLE", async (tx) => {
    if (await isOurs(tx, result.transactionUnique)) return undefined;
    return applied(judgement, (await insertJudged(oneTime(clock), tx, row, judgement)) === undefined);
  });
}

async function isOurs(tx: Tx, name: string): Promise<boolean> {
  const db = { manager: tx };
  const { refund, returned } = await findReversal({ db }, name);
  return (refund ?? returned ?? (await findSubject({ db }, parseAttemptReference(name)))) !== undefined;
}

async function recordAlone(
  checkout: Checkout,
  row: UnjudgedRow,
  judgement: Judgement,
): Promise<AppliedResult> {
  const clock = await clockOf(checkout, row);
  const stored = await inTransaction(checkout.db, "SERIALIZABLE", (tx) =>
    insertJudged(oneTime(clock), tx, row, judgement),
  );
  return applied(judgement, stored === undefined);
}
