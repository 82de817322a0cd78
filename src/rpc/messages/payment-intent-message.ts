import { create, type MessageInitShape } from "@bufbuild/protobuf";

import {
  CaptureMethod,
  CardCheck,
  type LastPaymentErrorSchema,
  type LatestChargeSchema,
  type NextActionSchema,
  type PaymentIntent as PaymentIntentMessage,
  PaymentIntentCancellationReason,
  PaymentIntentSchema,
  PaymentIntentStatus,
  type SettlementSchema,
  SettlementStatus,
  ThreeDSecureResult,
} from "../../../gen/calmonypay/v1/payment_intent_pb.js";
import { PaymentMethodType } from "../../../gen/calmonypay/v1/payment_method_pb.js";
import type { PaymentView } from "../../checkout/payments/payment-intents.js";
import type * as details from "../../domain/gateway-result.js";
import { declineMessage, NOT_CHARGED } from "../../domain/decline-code.js";
import * as domain from "../../domain/payment-intent.js";
import { SETTLEMENT, type SettlementStatus as DomainSettlement } from "../../domain/settlement/settlement.js";
import { toSeconds } from "../../lib/clock.js";
import { billingDetailsPart } from "./billing-details-message.js";
import { omitNulls } from "../../lib/omit-nulls.js";

/** Converts a payment to its payment intent message. */
export function paymentIntentMessage(view: PaymentView): PaymentIntentMessage {
  const { intent, billingDetails } = view;
  return create(PaymentIntentSchema, {
    id: intent.id,
    object: "payment_intent",
    amount: BigInt(intent.amount),
    amountReceived: BigInt(domain.receivedByPayment(intent)),
    amountRefunded: BigInt(intent.amountRefunded),
    currency: intent.currency,
    status: STATUSES[intent.status],
    created: BigInt(toSeconds(intent.createdAt)),
    livemode: intent.livemode,
    metadata: { ...intent.metadata },
    paymentMethodTypes: [PaymentMethodType.CARD],
    captureMethod: intent.captureMethod === "manual" ? CaptureMethod.MANUAL : CaptureMethod.AUTOMATIC,
    amountCapturable: BigInt(domain.amountCapturable(intent)),
    ...omitNulls({
      customer: intent.customerId,
      paymentMethod: intent.paymentMethodId,
      checkoutSession: intent.sessionId,
      description: intent.description ?? null,
      // Events from before these were kept have neither.
      statementDescriptor: intent.statementDescriptor ?? null,
      receiptEmail: intent.receiptEmail ?? null,
      cancellationReason: intent.cancellationReason ? CANCELLATIONS[intent.cancellationReason] : null,
      canceledAt: intent.canceledAt === null ? null : BigInt(toSeconds(intent.canceledAt)),
      latestCharge: chargePart(view),
      billingDetails: billingDetails && billingDetailsPart(billingDetails),
      lastPaymentError: errorPart(view),
      settlement: settlementPart(intent),
      nextAction: actionPart(view),
      hostedPaymentUrl: domain.hasPage(intent) ? view.pageUrl : null,
    }),
  });
}

/** Payments from before settlements were followed have none, and neither have their events. */
function settlementPart({
  settlement,
  settledAt,
}: domain.PaymentIntent): MessageInitShape<typeof SettlementSchema> | null {
  if (!settlement) return null;
  const at = settledAt === null ? {} : { settledAt: BigInt(toSeconds(settledAt)) };
  return { status: SETTLEMENTS[settlement], ...at };
}

function chargePart({
  intent,
  latestCharge,
}: PaymentView): MessageInitShape<typeof LatestChargeSchema> | null {
  if (latestCharge === null) return null;
  const isRejected = intent.settlement === SETTLEMENT.REJECTED;
  const paid = domain.wasApproved(intent) && !isRejected;
  const captured = intent.status === "succeeded" && !isRejected;
  return {
    // A charge is what the gateway's result tells of it.
    id: `ch_${(intent.gatewayResultId ?? "").replace(/^[a-z]+_/, "")}`,
    object: "charge",
    amount: BigInt(intent.amount),
    amountCaptured: BigInt(domain.receivedByPayment(intent)),
    amountRefunded: BigInt(intent.amountRefunded),
    currency: intent.currency,
    paid,
    captured,
    refunded: captured ? intent.amountRefunded === intent.amountReceived : isReleased(intent),
    status: paid ? "succeeded" : "failed",
    paymentIntent: intent.id,
    ...(domain.isAuthorization(intent)
      ? { captureBefore: BigInt(toSeconds(intent.captureBefore ?? 0)) }
      : {}),
    ...tellingsOf(latestCharge),
  };
}

function isReleased(intent: domain.PaymentIntent): boolean {
  return intent.status === "canceled" && domain.isAuthorization(intent);
}

function tellingsOf(charge: details.ChargeDetails): MessageInitShape<typeof LatestChargeSchema> {
  const { cvcCheck, addressLine1Check, addressPostalCodeCheck, threeDSecure, ...texts } = charge;
  return {
    ...omitNulls(texts),
    cvcCheck: CHECKS[cvcCheck],
    addressLine1Check: CHECKS[addressLine1Check],
    addressPostalCodeCheck: CHECKS[addressPostalCodeCheck],
    ...(threeDSecure === null
      ? {}
      : { threeDSecure: { ...omitNulls(threeDSecure), result: RESULTS[threeDSecure.result] } }),
  };
}

/** The shopper goes on at the payment's own page. */
function actionPart({ intent, pageUrl }: PaymentView): MessageInitShape<typeof NextActionSchema> | null {
  if (intent.status !== "requires_action") return null;
  const { returnUrl } = intent;
  // Events from before it was kept have no return URL.
  return {
    type: "redirect_to_url",
    redirectToUrl: { url: pageUrl, ...omitNulls({ returnUrl: returnUrl ?? null }) },
  };
}

/** Only a declined charge has an error, until the next charge. */
function errorPart({
  intent,
  latestCharge,
}: PaymentView): MessageInitShape<typeof LastPaymentErrorSchema> | null {
  if (intent.status !== "requires_payment_method" || intent.attempt === 0) return null;
  return cardError(latestCharge?.declineCode ?? NOT_CHARGED);
}

/** The error of a declined card. */
export function cardError(declineCode: string) {
  return { type: "card_error", code: "card_declined", declineCode, message: declineMessage(declineCode) };
}

const STATUSES: Record<domain.PaymentIntentStatus, PaymentIntentStatus> = {
  processing: PaymentIntentStatus.PROCESSING,
  succeeded: PaymentIntentStatus.SUCCEEDED,
  requires_payment_method: PaymentIntentStatus.REQUIRES_PAYMENT_METHOD,
  requires_confirmation: PaymentIntentStatus.REQUIRES_CONFIRMATION,
  requires_capture: PaymentIntentStatus.REQUIRES_CAPTURE,
  capturing: PaymentIntentStatus.PROCESSING,
  releasing: PaymentIntentStatus.PROCESSING,
  requires_action: PaymentIntentStatus.REQUIRES_ACTION,
  canceled: PaymentIntentStatus.CANCELED,
};

const SETTLEMENTS: Record<DomainSettlement, SettlementStatus> = {
  pending: SettlementStatus.PENDING,
  accepted: SettlementStatus.ACCEPTED,
  rejected: SettlementStatus.REJECTED,
  canceled: SettlementStatus.CANCELED,
  unresolved: SettlementStatus.UNRESOLVED,
};

const CANCELLATIONS: Record<domain.CancellationReason, PaymentIntentCancellationReason> = {
  duplicate: PaymentIntentCancellationReason.DUPLICATE,
  fraudulent: PaymentIntentCancellationReason.FRAUDULENT,
  requested_by_customer: PaymentIntentCancellationReason.REQUESTED_BY_CUSTOMER,
  abandoned: PaymentIntentCancellationReason.ABANDONED,
  expired: PaymentIntentCancellationReason.EXPIRED,
};

/** The reason that a caller gives; null where none is given. */
export function cancellationReasonOf(
  value: PaymentIntentCancellationReason,
): domain.CancellationReason | null {
  const reasons = Object.keys(CANCELLATIONS) as domain.CancellationReason[];
  return reasons.find((reason) => CANCELLATIONS[reason] === value) ?? null;
}

const CHECKS: Record<details.CardCheck, CardCheck> = {
  pass: CardCheck.PASS,
  fail: CardCheck.FAIL,
  unavailable: CardCheck.UNAVAILABLE,
  unchecked: CardCheck.UNCHECKED,
};

const RESULTS: Record<details.ThreeDSecureResult, ThreeDSecureResult> = {
  authenticated: ThreeDSecureResult.AUTHENTICATED,
  attempt_acknowledged: ThreeDSecureResult.ATTEMPT_ACKNOWLEDGED,
  exempted: ThreeDSecureResult.EXEMPTED,
  failed: ThreeDSecureResult.FAILED,
  not_supported: ThreeDSecureResult.NOT_SUPPORTED,
  processing_error: ThreeDSecureResult.PROCESSING_ERROR,
};
