import {
  type CreateCheckoutSessionRequest,
  type LineItem as LineItemMessage,
  type ListCheckoutSessionsRequest,
  type TimeRange,
} from "../../../gen/calmonypay/v1/checkout_service_pb.js";
import {
  CheckoutSessionCustomerCreation,
  CheckoutSessionStatus,
} from "../../../gen/calmonypay/v1/checkout_session_pb.js";
import type { SessionOrder } from "../../checkout/sessions/create-session.js";
import type { PageRequest } from "../../checkout/page.js";
import type { SessionFilter } from "../../db/tables/checkout-session-list.js";
import type { SessionStatus } from "../../domain/session.js";

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
    expiresAt: request.expiresAt === undefined ? null : milliseconds(request.expiresAt),
  };
}

/** Converts the filters of a list request. */
export function filterOf(request: ListCheckoutSessionsRequest): SessionFilter {
  return {
    status: request.status === undefined ? undefined : STATUSES[request.status],
    customerId: request.customer,
    paymentIntentId: request.paymentIntent,
    ...createdOf(request.created),
  };
}

/** Converts the pagination of a list request. Default: ten objects. */
export function pageOf(request: {
  readonly limit?: number | undefined;
  readonly startingAfter?: string | undefined;
  readonly endingBefore?: string | undefined;
}): PageRequest {
  const { limit = 10, startingAfter, endingBefore } = request;
  return { limit, startingAfter, endingBefore };
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

const STATUSES: Record<CheckoutSessionStatus, SessionStatus | undefined> = {
  [CheckoutSessionStatus.UNSPECIFIED]: undefined,
  [CheckoutSessionStatus.OPEN]: "open",
  [CheckoutSessionStatus.COMPLETE]: "complete",
  [CheckoutSessionStatus.EXPIRED]: "expired",
};

/**
 * Converts a range of seconds to one of milliseconds, from the first (inclusive) to the second (exclusive): a
 * second ends where the next begins.
 */
function createdOf(range: TimeRange | undefined): Pick<SessionFilter, "createdFrom" | "createdBefore"> {
  const from = [range?.gte, after(range?.gt)].filter((second) => second !== undefined);
  const before = [range?.lt, after(range?.lte)].filter((second) => second !== undefined);
  return {
    createdFrom: from.length === 0 ? undefined : Math.max(...from.map(milliseconds)),
    createdBefore: before.length === 0 ? undefined : Math.min(...before.map(milliseconds)),
  };
}

function after(second: bigint | undefined): bigint | undefined {
  return second === undefined ? undefined : second + 1n;
}

function milliseconds(seconds: bigint): number {
  return Number(seconds) * 1000;
}

function emptyAsNull(text: string): string | null {
  return text === "" ? null : text;
}
