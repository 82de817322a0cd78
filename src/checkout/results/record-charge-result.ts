import { findGatewayResults } from "../../db/tables/gateway-results.js";
import { lockPaymentIntent, type PaymentIntentRow } from "../../db/tables/payment-intents.js";
import { inTransaction, type Tx } from "../../db/transaction.js";
import type { GatewayResult } from "../../domain/gateway-result.js";
import { held, type Classification, classifyCharge } from "../../domain/classification.js";
import { currencyByCode } from "../../domain/money.js";
import { type Clock, oneTime } from "../../lib/clock.js";
import type { CheckoutContext } from "../context.js";
import { completeCharge, failCharge } from "../payments/charge-outcome.js";
import { findReversalOf, holdWithReversal } from "../gateway-messages/hold-with-reversal.js";
import type { AppliedResult } from "../gateway-messages/gateway-message.js";
import {
  applied,
  storeMessage,
  storeReusedTransaction,
  type UnclassifiedResult,
} from "../gateway-messages/store-gateway-result.js";
import { clockOf } from "../test-clock.js";

/**
 * Records one verified result of a direct charge in one serialisable transaction, as `recordSessionResult` does for
 * a session: locks the payment intent, classifies the result by the stored state, and writes all of its
 * consequences or none.
 */
export async function recordChargeResult(
  checkout: CheckoutContext,
  { id, merchantId, livemode }: PaymentIntentRow,
  result: GatewayResult,
  row: UnclassifiedResult,
): Promise<AppliedResult> {
  const clock = await clockOf(checkout, { merchantId, livemode });
  return await inTransaction(checkout.db, "SERIALIZABLE", async (tx) => {
    const intent = await lockPaymentIntent(tx, id);
    await checkout.checkpoint("payment locked");
    return await recordFor(checkout, oneTime(clock), tx, intent, result, row);
  });
}

async function recordFor(
  checkout: CheckoutContext,
  clock: Clock,
  tx: Tx,
  intent: PaymentIntentRow,
  result: GatewayResult,
  row: UnclassifiedResult,
): Promise<AppliedResult> {
  const classification = await classifyLocked(tx, intent, result);
  const pays = classification.outcome === "completed";
  if (pays) {
    if (intent.status === "succeeded") return applied(classification, true);
    const returned = await findReversalOf(checkout, tx, { ...intent, kind: "payment_intent" }, result);
    if (returned !== undefined) return await holdWithReversal(checkout, clock, tx, returned, row);
  }
  const stored = await storeMessage(checkout, clock, tx, row, classification);
  if (stored === undefined) {
    // A stored success of a payment that has not succeeded has paid another one.
    return pays ? await storeReusedTransaction(checkout, clock, tx, row) : applied(classification, true);
  }
  await checkout.checkpoint("result recorded");
  if (pays) {
    const received = { amount: intent.amount, currency: intent.currency };
    await completeCharge(checkout, clock, tx, intent, { received, stored });
  }
  if (classification.outcome === "declined" && row.attempt === intent.attempt) {
    await failCharge(checkout, clock, tx, intent, stored.id);
  }
  return applied(classification, false);
}

/**
 * Of two successes the first one recorded pays; one of another transaction, or one that is too late, waits
 * for a person.
 */
async function classifyLocked(
  tx: Tx,
  intent: PaymentIntentRow,
  result: GatewayResult,
): Promise<Classification> {
  const currency = currencyByCode(intent.currency);
  if (currency === undefined) throw new Error(`Payment ${intent.id} has an unknown currency.`);
  const { id: targetId, amount, attempt } = intent;
  const classification = classifyCharge(result, { targetId, amount, currency, attempt });
  if (classification.outcome !== "completed") return classification;
  if (intent.status === "canceled") return held("payment_canceled");
  return (await isPaidByOther(tx, intent, result)) ? held("duplicate") : classification;
}

async function isPaidByOther(tx: Tx, intent: PaymentIntentRow, result: GatewayResult): Promise<boolean> {
  if (intent.status !== "succeeded" || intent.gatewayResultId === null) return false;
  const [paidBy] = await findGatewayResults(tx, [intent.gatewayResultId]);
  return paidBy?.transactionKey !== result.transactionKey;
}
