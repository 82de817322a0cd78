import type { EntityManager } from "typeorm";

import {
  changePaymentIntent,
  lockPaymentIntent,
  type PaymentIntentRow,
} from "../../db/tables/payment-intents.js";
import { findShopperStep } from "../../db/tables/shopper-steps.js";
import type { Run, Tx } from "../../db/transaction.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { mayConfirm, type PaymentIntent } from "../../domain/payment-intent.js";
import { Refusal } from "../../domain/refusal.js";
import { newId } from "../../lib/ids.js";
import { chargeCard } from "./charge-card.js";
import { chargeResponse, type PaymentAnswer } from "./charge-response.js";
import { chargeableCard } from "./chargeable-card.js";
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
  readonly returnUrl: string | undefined;
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
  await refuseUnlessFree(checkout.db.manager, declined);
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
    returnUrl: confirmation.returnUrl ?? declined.returnUrl,
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
  await refuseUnlessFree(tx, locked);
  if (locked.attempt !== declined.attempt) {
    throw new Refusal("CONFLICT", "Another request confirmed the payment meanwhile.");
  }
  // The gateway will be told what was read: an update in between must not say otherwise.
  if (TOLD.some((name) => locked[name] !== declined[name])) {
    throw new Refusal("CONFLICT", "Another request changed the payment meanwhile.");
  }
  const { status, customerId, paymentMethodId, offSession, receiptEmail, attempt, attemptCallId } = next;
  const { gatewayResultId, heldResultId, returnUrl } = next;
  const change = {
    status,
    customerId,
    paymentMethodId,
    offSession,
    receiptEmail,
    returnUrl,
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

/** Another card may take the place of one whose shopper has to authenticate, but of no form that they may be paying. */
async function refuseUnlessFree(
  db: EntityManager,
  { id, status }: Pick<PaymentIntent, "id" | "status">,
): Promise<void> {
  if (mayConfirm(status)) return;
  if (status === "requires_action" && (await findShopperStep(db, id))?.kind === "challenge") return;
  const why =
    status === "requires_action"
      ? "The customer is paying this one on its page: confirm it again once that is over."
      : `This one is ${status}.`;
  throw new Refusal(
    "PAYMENT_INTENT_STATE",
    `Only a payment intent that requires confirmation, a payment method or an authentication can be confirmed. ${why}`,
    "id",
  );
}
