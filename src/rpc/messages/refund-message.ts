import { create } from "@bufbuild/protobuf";

import {
  type Refund,
  RefundFailureReason,
  RefundReason,
  RefundSchema,
  RefundStatus,
} from "../../../gen/calmonypay/v1/refund_pb.js";
import type * as domain from "../../domain/refund.js";
import { toSeconds } from "../../lib/clock.js";
import { omitNulls } from "../../lib/omit-nulls.js";

/** Converts a refund to its message. */
export function refundMessage(refund: domain.Refund): Refund {
  return create(RefundSchema, {
    id: refund.id,
    object: "refund",
    amount: BigInt(refund.amount),
    currency: refund.currency,
    status: STATUSES[refund.status],
    paymentIntent: refund.paymentIntentId,
    created: BigInt(toSeconds(refund.createdAt)),
    livemode: refund.livemode,
    metadata: { ...refund.metadata },
    ...omitNulls({
      reason: refund.reason && REASONS[refund.reason],
      failureReason: refund.failure && FAILURES[refund.failure],
    }),
  });
}

/** The reason that a caller gives; null where none is given. */
export function reasonOf(value: RefundReason | undefined): domain.RefundReason | null {
  const reasons = Object.keys(REASONS) as domain.RefundReason[];
  return reasons.find((reason) => REASONS[reason] === value) ?? null;
}

const STATUSES: Record<domain.RefundStatus, RefundStatus> = {
  pending: RefundStatus.PENDING,
  succeeded: RefundStatus.SUCCEEDED,
  failed: RefundStatus.FAILED,
};

const REASONS: Record<domain.RefundReason, RefundReason> = {
  duplicate: RefundReason.DUPLICATE,
  fraudulent: RefundReason.FRAUDULENT,
  requested_by_customer: RefundReason.REQUESTED_BY_CUSTOMER,
};

const FAILURES: Record<domain.RefundFailure, RefundFailureReason> = {
  declined: RefundFailureReason.DECLINED,
  not_refundable: RefundFailureReason.NOT_REFUNDABLE,
  lost: RefundFailureReason.LOST,
};
