import { findGatewayResults, type GatewayResultRow } from "../../db/tables/gateway-results.js";
import {
  changePaymentIntent,
  lockPaymentIntent,
  type PaymentIntentRow,
} from "../../db/tables/payment-intents.js";
import { renewToken } from "../../db/tables/payment-methods.js";
import { dropPending } from "../../db/tables/pending-attempts.js";
import { findShopperStep, type ShopperStepRow } from "../../db/tables/shopper-steps.js";
import { inTransaction, type Tx } from "../../db/transaction.js";
import { attemptReference } from "../../domain/attempt.js";
import { captureBefore } from "../../domain/captures/authorization.js";
import {
  captureExpected,
  held,
  type Classification,
  classifyCharge,
  classifyPayment,
} from "../../domain/classification.js";
import type { GatewayResult } from "../../domain/gateway-result.js";
import type { Received } from "../../domain/held-payment.js";
import { currencyByCode } from "../../domain/money.js";
import {
  AUTHORIZED,
  isInProgress,
  isOnlyAuthorized,
  mayMovePayment,
  wasApproved,
} from "../../domain/payment-intent.js";
import { SETTLEMENT } from "../../domain/settlement/settlement.js";
import { type Clock, oneTime } from "../../lib/clock.js";
import type { CheckoutContext } from "../context.js";
import { recordEvents } from "../events/record-events.js";
import { findReversalOf, holdWithReversal } from "../gateway-messages/hold-with-reversal.js";
import type { AppliedResult } from "../gateway-messages/gateway-message.js";
import {
  applied,
  storeMessage,
  storeReusedTransaction,
  type UnclassifiedResult,
} from "../gateway-messages/store-gateway-result.js";
import { followSettlement } from "../payments/record-settlement.js";
import { clockOf } from "../test-clock.js";
import { noteAuthorization } from "./note-authorization.js";
import { dropHeldUnknownCharge } from "./hold-unknown-charge.js";

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
  // A payment that requires an action has a step: no absent row is read.
  const step = intent.status === "requires_action" ? await findShopperStep(tx, intent.id) : undefined;
  const classification = await classifyLocked(tx, intent, step, result);
  const pays = classification.outcome === "completed";
  if (pays) {
    if (wasApproved(intent)) return applied(classification, true);
    const isReversed = intent.reversalStartedAt !== null;
    const target = { kind: "payment_intent", id: intent.id } as const;
    const returned = isReversed ? await findReversalOf(checkout, tx, target, result) : undefined;
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
  if (row.attempt !== intent.attempt) return applied(classification, false);
  if (classification.outcome === "declined") await failCharge(checkout, clock, tx, intent, stored.id);
  // With a second form open the other may still be paid.
  const gaveUp = classification.outcome === "cancelled" && step?.kind === "form" && step.rounds === 1;
  if (gaveUp) await failCharge(checkout, clock, tx, intent, intent.gatewayResultId);
  return applied(classification, false);
}

/**
 * Of two successes the first one recorded pays; one of another transaction, or one that is too late, waits
 * for a person. So does one of an authorization that is released by now, unless it tells of that authorization again.
 * A refusal of what the shopper has posted to the gateway's page says nothing: anyone can spoil a form.
 */
async function classifyLocked(
  tx: Tx,
  intent: PaymentIntentRow,
  step: ShopperStepRow | undefined,
  result: GatewayResult,
): Promise<Classification> {
  const currency = currencyByCode(intent.currency);
  if (currency === undefined) throw new Error(`Payment ${intent.id} has an unknown currency.`);
  const { id: targetId, amount, attempt } = intent;
  const approved = await approvedTransaction(tx, intent);
  const isRecorded = approved === result.transactionKey;
  const capture = intent.captureMethod === "manual" ? captureExpected(isRecorded) : undefined;
  const expected = { targetId, amount, currency, attempt, capture };
  const classification =
    step?.kind === "form" ? classifyPayment(result, expected) : classifyCharge(result, expected, intent);
  if (classification.outcome !== "completed" || isRecorded) return classification;
  if (intent.status === "canceled") return held("payment_canceled");
  return approved === undefined ? classification : held("duplicate");
}

/** Undefined where no transaction has paid the payment, or was authorized for it. */
async function approvedTransaction(tx: Tx, intent: PaymentIntentRow): Promise<string | undefined> {
  if (!wasApproved(intent) || intent.gatewayResultId === null) return undefined;
  const [approved] = await findGatewayResults(tx, [intent.gatewayResultId]);
  return approved?.transactionKey;
}

/** The charge that pays a payment intent. */
interface ChargePayment {
  readonly received: Received;
  /** Its stored result. */
  readonly stored: Pick<GatewayResultRow, "id" | "xrefSealed" | "attempt" | "state">;
}

/**
 * Completes a locked payment intent with the result that pays it, or that authorizes it. The card's newest token
 * replaces the stored one: the gateway keeps a card for thirteen months after the newest payment with it.
 */
export async function completeCharge(
  checkout: CheckoutContext,
  clock: Clock,
  tx: Tx,
  intent: PaymentIntentRow,
  { received, stored }: ChargePayment,
): Promise<void> {
  const isAuthorized = isOnlyAuthorized(intent.captureMethod, stored);
  const status = isAuthorized ? "requires_capture" : "succeeded";
  if (!mayMovePayment(intent.status, status)) throw new Error(`Payment ${intent.id} cannot be ${status}.`);
  const { amount, currency } = received;
  const lapsesAt = captureBefore(clock.now(), intent.offSession, checkout.authorizationDays);
  // An older charge may have been of another card, which is not recorded.
  const paymentMethodId = stored.attempt === intent.attempt ? intent.paymentMethodId : null;
  const change = {
    status,
    amount,
    currency,
    amountReceived: isAuthorized ? 0 : amount,
    captureBefore: isAuthorized ? lapsesAt : null,
    gatewayResultId: stored.id,
    paymentMethodId,
    settlement: isAuthorized ? null : SETTLEMENT.PENDING,
  } as const;
  await changePaymentIntent(tx, intent.id, change);
  if (isAuthorized) noteAuthorization(tx, { ...intent, ...change });
  else followSettlement(tx, intent, clock.now());
  const { xrefSealed } = stored;
  if (xrefSealed !== null && paymentMethodId !== null) {
    await renewToken(tx, paymentMethodId, { xrefSealed, xrefMadeAt: clock.now() });
  }
  await checkout.checkpoint("payment recorded");
  const type = isAuthorized ? AUTHORIZED : "payment_intent.succeeded";
  await endAttempt(checkout, clock, tx, { ...intent, ...change }, type);
}

/**
 * Fails the newest charge of a locked payment intent; `resultId` is that of the result that says why, if there is one.
 */
export async function failCharge(
  checkout: CheckoutContext,
  clock: Clock,
  tx: Tx,
  intent: PaymentIntentRow,
  resultId: string | null,
): Promise<void> {
  // A late decline never undoes a success, and adds nothing to a failure.
  if (!isInProgress(intent.status)) return;
  const change = { status: "requires_payment_method", gatewayResultId: resultId } as const;
  await changePaymentIntent(tx, intent.id, change);
  await endAttempt(checkout, clock, tx, { ...intent, ...change }, "payment_intent.payment_failed");
}

/** Stores the merchant's event, and ends asking about the attempt. */
async function endAttempt(
  checkout: CheckoutContext,
  clock: Clock,
  tx: Tx,
  intent: PaymentIntentRow,
  type: typeof AUTHORIZED | "payment_intent.succeeded" | "payment_intent.payment_failed",
): Promise<void> {
  recordEvents(checkout, tx, clock.now(), [type, intent]);
  await dropHeldUnknownCharge(checkout, clock, tx, intent);
  await dropPending(tx, attemptReference(intent.id, intent.attempt));
}
