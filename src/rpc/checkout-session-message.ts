import { create } from "@bufbuild/protobuf";

import {
  type CheckoutSession as CheckoutSessionMessage,
  type CheckoutSessionLineItem,
  CheckoutSessionLineItemSchema,
  CheckoutSessionCustomerCreation,
  CheckoutSessionPaymentStatus,
  CheckoutSessionSchema,
  CheckoutSessionStatus,
} from "../../gen/calmonypay/v1/checkout_session_pb.js";
import type { ListedLineItem } from "../checkout/list-line-items.js";
import type { CheckoutSession, SessionStatus } from "../domain/session.js";
import { toSeconds } from "../lib/clock.js";
import { present } from "./present.js";

/** The message of a session whose status is the one of this moment. `url` is the address of its payment page. */
export function sessionMessage(session: CheckoutSession, url: string): CheckoutSessionMessage {
  return create(CheckoutSessionSchema, {
    id: session.id,
    object: "checkout.session",
    status: STATUSES[session.status],
    url,
    successUrl: session.successUrl,
    cancelUrl: session.cancelUrl,
    created: BigInt(toSeconds(session.createdAt)),
    livemode: session.livemode,
    currency: session.currency,
    amountTotal: BigInt(session.amountTotal),
    expiresAt: BigInt(toSeconds(session.expiresAt)),
    metadata: { ...session.metadata },
    paymentStatus: paymentStatus(session.status),
    ...present({
      customer: session.customerId,
      paymentIntent: session.paymentIntentId,
      paymentMethod: session.paymentMethodId,
      clientReferenceId: session.clientReferenceId,
      customerCreation: session.customerCreation && CheckoutSessionCustomerCreation.ALWAYS,
    }),
  });
}

/** The message of a session's item. */
export function lineItemMessage(item: ListedLineItem): CheckoutSessionLineItem {
  return create(CheckoutSessionLineItemSchema, {
    id: item.id,
    object: "item",
    description: item.name,
    quantity: BigInt(item.quantity),
    currency: item.currency,
    unitAmount: BigInt(item.unitAmount),
    amountTotal: BigInt(item.unitAmount) * BigInt(item.quantity),
  });
}

const STATUSES: Record<SessionStatus, CheckoutSessionStatus> = {
  open: CheckoutSessionStatus.OPEN,
  complete: CheckoutSessionStatus.COMPLETE,
  expired: CheckoutSessionStatus.EXPIRED,
};

function paymentStatus(status: SessionStatus): CheckoutSessionPaymentStatus {
  return status === "complete" ? CheckoutSessionPaymentStatus.PAID : CheckoutSessionPaymentStatus.UNPAID;
}
