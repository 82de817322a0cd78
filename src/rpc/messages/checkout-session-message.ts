import { create } from "@bufbuild/protobuf";

import type {
  CreateCheckoutSessionRequest,
  LineItem as LineItemMessage,
  ListCheckoutSessionsRequest,
} from "../../../gen/calmonypay/v1/checkout_service_pb.js";
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
import type { SessionOrder } from "../../checkout/sessions/create-session.js";
import { type ListedLineItem, pageOfItems } from "../../checkout/sessions/list-line-items.js";
import type { SessionFilter } from "../../db/tables/checkout-session-list.js";
import type { CheckoutSession, SessionStatus } from "../../domain/session.js";
import { toSeconds } from "../../lib/clock.js";
import { createdOf, toMilliseconds } from "./time-range.js";

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

/**
 * Converts a create request. The proto file's rules require every part, and limit numbers to those that are
 * exact in JavaScript.
 */
export function orderOf(request: CreateCheckoutSessionRequest): SessionOrder {
  return {
    lineItems: request.lineItems.map(lineItemOf),
    successUrl: request.successUrl,
    cancelUrl: request.cancelUrl,
    customerId: emptyAsNull(request.customer),
    customerCreation: CUSTOMER_CREATIONS[request.customerCreation] ?? null,
    clientReferenceId: emptyAsNull(request.clientReferenceId),
    metadata: request.metadata,
    expiresAt: request.expiresAt === undefined ? null : toMilliseconds(request.expiresAt),
  };
}

/** Converts the filters of a list request. */
export function filterOf(request: ListCheckoutSessionsRequest): SessionFilter {
  return {
    status: request.status === undefined ? undefined : STATUS_FILTERS[request.status],
    customerId: request.customer,
    paymentIntentId: request.paymentIntent,
    ...createdOf(request.created),
  };
}

function lineItemOf({ priceData, quantity }: LineItemMessage): SessionOrder["lineItems"][number] {
  return {
    name: priceData?.productData?.name ?? "",
    currency: priceData?.currency ?? "",
    unitAmount: Number(priceData?.unitAmount ?? 0n),
    quantity: Number(quantity),
  };
}

const CUSTOMER_CREATIONS: Record<CheckoutSessionCustomerCreation, "always" | null> = {
  [CheckoutSessionCustomerCreation.UNSPECIFIED]: null,
  [CheckoutSessionCustomerCreation.ALWAYS]: "always",
};

const STATUS_FILTERS: Record<CheckoutSessionStatus, SessionStatus | undefined> = {
  [CheckoutSessionStatus.UNSPECIFIED]: undefined,
  [CheckoutSessionStatus.OPEN]: "open",
  [CheckoutSessionStatus.COMPLETE]: "complete",
  [CheckoutSessionStatus.EXPIRED]: "expired",
};

function emptyAsNull(text: string): string | null {
  return text === "" ? null : text;
}
