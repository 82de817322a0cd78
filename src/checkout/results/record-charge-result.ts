import { findGatewayResults } from "../../db/tables/gateway-results.js";
import { lockPaymentIntent, type PaymentIntentRow } from "../../db/tables/payment-intents.js";
import { inTransaction, type Tx } from "../../db/transaction.js";
import type { GatewayResult } from "../../domain/gateway-result.js";
import { held, type Judgement, judgeCharge } from "../../domain/classification.js";
import { currencyByCode } from "../../domain/money.js";
import { type Clock, oneTime } from "../../lib/clock.js";
import type { Checkout } from "../context.js";
import { completeCharge, failCharge } from "../payments/charge-outcome.js";
import type { AppliedResult } from "../gateway-messages/gateway-message.js";
import { applied, insertJudged, insertReused } from "../gateway-messages/store-gateway-result.js";
import { findReturnOf, keepWithReturn } from "./success-during-reversal.js";
import { clockOf } from "../test-clock.js";
import type { UnjudgedRow } from "../gateway-messages/new-gateway-result.js";

/**
 * Records one verified result of a direct charge in one serialisable transaction, as `recordResult` does for a session's:
 * the payment intent is locked, the result is judged by what is stored, and all of its consequences are written or none.
 */
export async function recordChargeResult(
  checkout: Checkout,
  { id, merchantId, livemode }: PaymentIntentRow,
  result: GatewayResult,
  row: UnjudgedRow,
): Promise<AppliedResult> {
  const clock = await clockOf(checkout, { merchantId, livemode });
  return await inTransaction(checkout.db, "SERIALIZABLE", async (tx) => {
    const intent = await lockPaymentIntent(tx, id);
    await checkout.reached("payment locked");
    return await recordFor(checkout, oneTime(clock), tx, intent, result, row);
  });
}

async function recordFor(
  checkout: Checkout,
  clock: Clock,
  tx: Tx,
  intent: PaymentIntentRow,
  result: GatewayResult,
  row: UnjudgedRow,
): Promise<AppliedResult> {
  const judgement = await judgeLocked(tx, intent, result);
  const pays = judgement.outcome === "completed";
  if (pays) {
    if (intent.status === "succeeded") return applied(judgement, true);
    const returned = await findReturnOf(checkout, tx, { ...intent, kind: "payment_intent" }, result);
    if (returned !== undefined) return await keepWithReturn(tx, returned, row);
  }
  const stored = await insertJudged(clock, tx, row, judgement);
  if (stored === undefined) {
    // The success of a payment that has not succeeded is on record already: it has paid another one.
    return pays ? await insertReused(clock, tx, row) : applied(judgement, true);
  }
  await checkout.reached("result recorded");
  if (pays) {
    const received = { amount: intent.amount, currency: intent.currency };
    await completeCharge(checkout, clock, tx, intent, { received, stored });
  }
  if (judgement.outcome === "declined" && row.attempt === intent.attempt) {
    await failCharge(clock, tx, intent, stored.id);
  }
  return applied(judgement, false);
}

/** Of two successes the first one recorded pays; another transaction's, or one that comes too late, waits for a person. */
async function judgeLocked(tx: Tx, intent: PaymentIntentRow, result: GatewayResult): Promise<Judgement> {
  const currency = currencyByCode(intent.currency);
  if (currency === undefined) throw new Error(`Payment ${intent.id} has an unknown currency.`);
  const { id: subjectId, amount, attempt } = intent;
  const judgement = judgeCharge(result, { subjectId, amount, currency, attempt });
  if (judgement.outcome !== "completed") return judgement;
  if (intent.status === "canceled") return held("payment_canceled");
  return (await isPaidByOther(tx, intent, result)) ? held("duplicate") : judgement;
}

async function isPaidByOther(tx: Tx, intent: PaymentIntentRow, result: GatewayResult): Promise<boolean> {
  if (intent.status !== "succeeded" || intent.gatewayResultId === null) return false;
  const [paidBy] = await findGatewayResults(tx, [intent.gatewayResultId]);
  return paidBy?.transactionKey !== result.transactionKey;
}
