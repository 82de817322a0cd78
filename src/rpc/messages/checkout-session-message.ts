import { create } from "@bufbuild/protobuf";

import {
  type CheckoutSession as CheckoutSessionMessage,
  type CheckoutSessionLineItem,
  type CheckoutSessionLineItemList,
  CheckoutSessionLineItemListSchema,
  CheckoutSessionLineItemSchema,
  CheckoutSessionCustomerCreation,
  CheckoutSessionPaymentStatus,
  CheckoutSessionStatus,
} from "../../../gen/calmonypay/v1/checkout_session_pb.js";
import { type ListedLineItem, pageOfItems } from "../../checkout/sessions/list-line-items.js";
import type { CheckoutSession, SessionStatus } from "../../domain/session.js";
import { toSeconds } from "../../lib/clock.js";

/** Converts a session, whose status must be current, to its message. `url` is the URL of its payment page. */
export function sessionMessage(
  session: CheckoutSession,
  url: string,
  withItems = false,
): CheckoutSessionMessage {
  // One literal: passing an object to `create` takes as long as the rest of the response.
  return {
    $typeName: "calmonypay.v1.CheckoutSession",
    id: session.id,
    object: "checkout.session",
    status: STATUSES[session.status],
    url,
    successUrl: session.successUrl,
    cancelUrl: session.cancelUrl,
    customer: session.customerId ?? undefined,
    paymentIntent: session.paymentIntentId ?? undefined,
    paymentMethod: session.paymentMethodId ?? undefined,
    created: BigInt(toSeconds(session.createdAt)),
    livemode: session.livemode,
    currency: session.currency,
    amountTotal: BigInt(session.amountTotal),
    expiresAt: BigInt(toSeconds(session.expiresAt)),
    clientReferenceId: session.clientReferenceId ?? undefined,
    metadata: { ...session.metadata },
    paymentStatus: paymentStatus(session.status),
    customerCreation: session.customerCreation === null ? undefined : CheckoutSessionCustomerCreation.ALWAYS,
    customerExpanded: undefined,
    paymentIntentExpanded: undefined,
    paymentMethodExpanded: undefined,
    lineItems: withItems ? firstItems(session) : undefined,
  };
}

/** The path of the list of a session's line items. */
export function lineItemsUrl(sessionId: string): string {
  return `/v1/checkout/sessions/${sessionId}/line_items`;
}

function firstItems(session: CheckoutSession): CheckoutSessionLineItemList {
  const { data, hasMore } = pageOfItems(session, FIRST_PAGE);
  const list = { object: "list", data: data.map(lineItemMessage), hasMore, url: lineItemsUrl(session.id) };
  return create(CheckoutSessionLineItemListSchema, list);
}

/** The default page size of a list. */
const FIRST_PAGE = { limit: 10, startingAfter: undefined, endingBefore: undefined };

/** Converts a line item to its message. */
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
