import { create } from "@bufbuild/protobuf";

import {
  type HeldPayment,
  HeldPaymentReason,
  HeldPaymentResolution,
  HeldPaymentSchema,
} from "../../../gen/calmonypay/v1/held_payment_pb.js";
import { factsOf } from "../../checkout/held/get-held-payment.js";
import type { HeldPaymentRow } from "../../db/tables/held-payments.js";
import { possibleResolutions, REASONS_IN_WORDS, type Resolution } from "../../domain/held-payment.js";
import type { HeldReason } from "../../domain/classification.js";
import { currencyOfGateway } from "../../domain/money.js";
import { reversalNamed } from "../../domain/refund.js";
import { toSeconds } from "../../lib/clock.js";

/** Converts a held payment to its message. */
export function heldPaymentMessage(held: HeldPaymentRow): HeldPayment {
  const message = create(HeldPaymentSchema, {
    id: held.id,
    object: "held_payment",
    created: BigInt(toSeconds(held.receivedAt)),
    livemode: held.livemode,
    reason: REASONS[held.heldReason],
    description: REASONS_IN_WORDS[held.heldReason],
    possibleResolutions: stillPossible(held).map((resolution) => RESOLUTIONS[resolution]),
  });
  const currency = currencyOfGateway(held.currencyCode)?.code;
  const transaction = /^transaction:(.+)$/.exec(held.transactionKey)?.[1];
  if (held.sessionId !== null) message.checkoutSession = held.sessionId;
  if (held.paymentIntentId !== null) message.paymentIntent = held.paymentIntentId;
  if (held.reversalId !== null && reversalNamed(held.reversalId) === "refund")
    message.refund = held.reversalId;
  if (held.amount !== null) message.amount = BigInt(held.amount);
  if (held.amountReceived !== null) message.amountReceived = BigInt(held.amountReceived);
  if (currency !== undefined) message.currency = currency;
  if (transaction !== undefined) message.gatewayTransaction = transaction;
  if (held.resolution !== null) message.resolution = RESOLUTIONS[held.resolution];
  if (held.note !== null) message.note = held.note;
  if (held.resolvedAt !== null) message.resolvedAt = BigInt(toSeconds(held.resolvedAt));
  return message;
}

/** The resolution that a caller chose. Undefined for an unspecified or unknown value. */
export function resolutionOf(value: HeldPaymentResolution): Resolution | undefined {
  return (Object.keys(RESOLUTIONS) as Resolution[]).find((resolution) => RESOLUTIONS[resolution] === value);
}

function stillPossible(held: HeldPaymentRow): Resolution[] {
  return held.resolution === null ? possibleResolutions(factsOf(held)) : [];
}

const RESOLUTIONS: Record<Resolution, HeldPaymentResolution> = {
  accept: HeldPaymentResolution.ACCEPT,
  return: HeldPaymentResolution.RETURN,
  dismiss: HeldPaymentResolution.DISMISS,
};

const REASONS: Record<HeldReason, HeldPaymentReason> = {
  amount_mismatch: HeldPaymentReason.AMOUNT_MISMATCH,
  currency_mismatch: HeldPaymentReason.CURRENCY_MISMATCH,
  order_mismatch: HeldPaymentReason.ORDER_MISMATCH,
  action_mismatch: HeldPaymentReason.ACTION_MISMATCH,
  state_mismatch: HeldPaymentReason.STATE_MISMATCH,
  approved_variant: HeldPaymentReason.APPROVED_VARIANT,
  duplicate: HeldPaymentReason.DUPLICATE,
  session_unknown: HeldPaymentReason.SESSION_UNKNOWN,
  not_applicable: HeldPaymentReason.NOT_APPLICABLE,
  payment_canceled: HeldPaymentReason.PAYMENT_CANCELED,
  setup_mismatch: HeldPaymentReason.SETUP_MISMATCH,
  outcome_unknown: HeldPaymentReason.OUTCOME_UNKNOWN,
  refund_amount_mismatch: HeldPaymentReason.REFUND_AMOUNT_MISMATCH,
  refund_currency_mismatch: HeldPaymentReason.REFUND_CURRENCY_MISMATCH,
  refund_order_mismatch: HeldPaymentReason.REFUND_ORDER_MISMATCH,
  refund_action_mismatch: HeldPaymentReason.REFUND_ACTION_MISMATCH,
  refund_state_mismatch: HeldPaymentReason.REFUND_STATE_MISMATCH,
  refund_approved_variant: HeldPaymentReason.REFUND_APPROVED_VARIANT,
  refund_duplicate: HeldPaymentReason.REFUND_DUPLICATE,
  refund_failed: HeldPaymentReason.REFUND_FAILED,
  refund_unknown: HeldPaymentReason.REFUND_UNKNOWN,
};
