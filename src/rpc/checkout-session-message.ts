import { create, type MessageInitShape } from "@bufbuild/protobuf";

import {
  type CheckoutSession as CheckoutSessionMessage,
  type CheckoutSessionLineItem,
  type CheckoutSessionLineItemListSchema,
  CheckoutSessionLineItemSchema,
  CheckoutSessionCustomerCreation,
  CheckoutSessionPaymentStatus,
  CheckoutSessionSchema,
  CheckoutSessionStatus,
} from "../../gen/calmonypay/v1/checkout_session_pb.js";
import { type ListedLineItem, pageOfItems } from "../checkout/list-line-items.js";
import type { CheckoutSession, SessionStatus } from "../domain/session.js";
import { toSeconds } from "../lib/clock.js";
import { present } from "./present.js";

/** The message of a session whose status is the one of this moment. `url` is the address of its payment page. */
export function sessionMessage(
  session: CheckoutSession,
  url: string,
  withItems = false,
): CheckoutSessionMessage {
  return create(CheckoutSessionSchema, {
    ...(withItems ? { lineItems: firstItems(session) } : {}),
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

/** The path of the list of a session's items. */
export function lineItemsUrl(sessionId: string): string {
  return `/v1/checkout/sessions/${sessionId}/line_items`;
}

function firstItems(session: CheckoutSession): MessageInitShape<typeof CheckoutSessionLineItemListSchema> {
  const { data, hasMore } = pageOfItems(session, FIRST_PAGE);
  return { object: "list", data: data.map(lineItemMessage), hasMore, url: lineItemsUrl(session.id) };
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
