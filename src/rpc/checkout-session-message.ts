import { create } from "@bufbuild/protobuf";

import {
  type CheckoutSession as CheckoutSessionMessage,
  type CheckoutSessionLineItem,
  type CheckoutSessionLineItemList,
  CheckoutSessionLineItemListSchema,
  CheckoutSessionLineItemSchema,
  CheckoutSessionCustomerCreation,
  CheckoutSessionPaymentStatus,
  CheckoutSessionSchema,
  CheckoutSessionStatus,
} from "../../gen/calmonypay/v1/checkout_session_pb.js";
import { type ListedLineItem, pageOfItems } from "../checkout/list-line-items.js";
import type { CheckoutSession, SessionStatus } from "../domain/session.js";
import { toSeconds } from "../lib/clock.js";

/** The message of a session whose status is the one of this moment. `url` is the address of its payment page. */
export function sessionMessage(
  session: CheckoutSession,
  url: string,
  withItems = false,
): CheckoutSessionMessage {
  // Field by field: to have `create` go through an object of them takes as long as the rest of the answer.
  const message = create(CheckoutSessionSchema);
  message.id = session.id;
  message.object = "checkout.session";
  message.status = STATUSES[session.status];
  message.url = url;
  message.successUrl = session.successUrl;
  message.cancelUrl = session.cancelUrl;
  message.created = BigInt(toSeconds(session.createdAt));
  message.livemode = session.livemode;
  message.currency = session.currency;
  message.amountTotal = BigInt(session.amountTotal);
  message.expiresAt = BigInt(toSeconds(session.expiresAt));
  message.metadata = { ...session.metadata };
  message.paymentStatus = paymentStatus(session.status);
  if (session.customerId !== null) message.customer = session.customerId;
  if (session.paymentIntentId !== null) message.paymentIntent = session.paymentIntentId;
  if (session.paymentMethodId !== null) message.paymentMethod = session.paymentMethodId;
  if (session.clientReferenceId !== null) message.clientReferenceId = session.clientReferenceId;
  if (session.customerCreation !== null) message.customerCreation = CheckoutSessionCustomerCreation.ALWAYS;
  if (withItems) message.lineItems = firstItems(session);
  return message;
}

/** The path of the list of a session's items. */
export function lineItemsUrl(sessionId: string): string {
  return `/v1/checkout/sessions/${sessionId}/line_items`;
}

function firstItems(session: CheckoutSession): CheckoutSessionLineItemList {
  const { data, hasMore } = pageOfItems(session, FIRST_PAGE);
  const list = { object: "list", data: data.map(lineItemMessage), hasMore, url: lineItemsUrl(session.id) };
  return create(CheckoutSessionLineItemListSchema, list);
}

/** As long as a list is unless its caller says otherwise. */
const FIRST_PAGE = { limit: 10, startingAfter: undefined, endingBefore: undefined };

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
