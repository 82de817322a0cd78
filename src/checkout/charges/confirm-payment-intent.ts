import {
  changePaymentIntent,
  lockPaymentIntent,
  type PaymentIntentRow,
} from "../../db/tables/payment-intents.js";
import type { Run, Tx } from "../../db/transaction.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { mayMovePayment } from "../../domain/payment-intent.js";
import { Refusal } from "../../domain/refusal.js";
import { newId } from "../../lib/ids.js";
import { type PaymentAnswer, chargeResponse, chargeCard, chargeableCard } from "./charge-card.js";
import type { CheckoutContext } from "../context.js";
import { getPaymentIntent } from "../payments/payment-intents.js";
import { recordEvents } from "../events/record-events.js";
import { findPrevious, type IdempotentCall } from "../idempotency.js";
import { clockOf } from "../test-clock.js";

/** How to charge a payment, or to try it again; an undefined field keeps its value. */
export interface Confirmation {
  readonly paymentMethodId: string | undefined;
  readonly offSession: boolean | undefined;
  /** Empty: no receipt any more. */
  readonly receiptEmail: string | undefined;
}

/**
 * Charges a payment that was not confirmed yet, or again one whose charge was declined, with that card or another,
 * once for each idempotency key.
 */
export async function confirmPaymentIntent(
  checkout: CheckoutContext,
  scope: MerchantScope,
  id: string,
  confirmation: Confirmation,
  call: IdempotentCall | undefined,
): Promise<PaymentAnswer> {
  const before = await findPrevious(checkout, scope, call);
  if (before !== undefined) return await chargeResponse(checkout, scope, before);
  const declined = await getPaymentIntent(checkout, scope, id);
  refuseUnlessDeclined(declined);
  const paymentMethodId = confirmation.paymentMethodId ?? declined.paymentMethodId ?? "";
  if (paymentMethodId === "") {
    throw new Refusal("PARAMETER_MISSING", "Missing required parameter: payment_method.", "payment_method");
  }
  const { customerId, xref } = await chargeableCard(checkout, scope, declined.customerId, paymentMethodId);
  const now = (await clockOf(checkout, scope)).now();
  const intent: PaymentIntentRow = {
    ...declined,
    status: "processing",
    customerId,
    paymentMethodId,
    offSession: confirmation.offSession ?? declined.offSession,
    receiptEmail:
      confirmation.receiptEmail === "" ? null : (confirmation.receiptEmail ?? declined.receiptEmail),
    gatewayResultId: null,
    heldResultId: null,
    attempt: declined.attempt + 1,
    attemptCallId: newId("call", now),
  };
  const record = (tx: Tx, run: Run): Promise<void> =>
    recordNext(checkout, tx, run, { declined, next: intent, now });
  return await chargeCard(checkout, scope, call, { intent, xref, now, record });
}

/** Of two concurrent confirmations the second finds the payment processing. */
async function recordNext(
  checkout: CheckoutContext,
  tx: Tx,
  { again }: Run,
  { declined, next, now }: NextCharge,
): Promise<void> {
  const locked = await lockPaymentIntent(tx, next.id);
  // A COMMIT whose connection is lost has usually succeeded: then the attempt is stored already.
  if (again && locked.attemptCallId === next.attemptCallId) return;
  refuseUnlessDeclined(locked);
  if (locked.attempt !== declined.attempt) {
    throw new Refusal("CONFLICT", "Another request confirmed the payment meanwhile.");
  }
  // The gateway will be told what was read: an update in between must not say otherwise.
  if (TOLD.some((name) => locked[name] !== declined[name])) {
    throw new Refusal("CONFLICT", "Another request changed the payment meanwhile.");
  }
  const { status, customerId, paymentMethodId, offSession, receiptEmail, attempt, attemptCallId } = next;
  const { gatewayResultId, heldResultId } = next;
  const change = {
    status,
    customerId,
    paymentMethodId,
    offSession,
    receiptEmail,
    gatewayResultId,
    heldResultId,
    attempt,
    attemptCallId,
  };
  recordEvents(checkout, tx, now, ["payment_intent.processing", { ...locked, ...change }]);
  await changePaymentIntent(tx, next.id, change);
}

/** A payment as it was read, and as it is charged next. */
interface NextCharge {
  readonly declined: PaymentIntentRow;
  readonly next: PaymentIntentRow;
  readonly now: number;
}

/** What the gateway is told of a payment in the merchant's words. */
const TOLD = ["statementDescriptor", "receiptEmail"] as const;

function refuseUnlessDeclined({ status }: PaymentIntentRow): void {
  if (mayMovePayment(status, "processing")) return;
  throw new Refusal(
    "PAYMENT_INTENT_STATE",
    `Only a payment intent that requires confirmation or a payment method can be confirmed. This one is ${status}.`,
    "id",
  );
}
