import { create } from "@bufbuild/protobuf";

import {
  type BillingDetails as BillingDetailsMessage,
  BillingDetailsSchema,
} from "../../../gen/calmonypay/v1/billing_details_pb.js";
import type { ListCheckoutSessionsRequest } from "../../../gen/calmonypay/v1/checkout_service_pb.js";
import {
  type CheckoutSession as CheckoutSessionMessage,
  type CheckoutSessionLineItem,
  type CheckoutSessionLineItemList,
  CheckoutSessionLineItemListSchema,
  CheckoutSessionLineItemSchema,
  CheckoutSessionCustomerCreation,
  CheckoutSessionMode,
  CheckoutSessionPaymentStatus,
  CheckoutSessionStatus,
  CheckoutSessionSubmitType,
  CheckoutSessionTotalDetailsSchema,
  CheckoutSessionUiMode,
  PaymentMethodOptionsSchema,
  PaymentMethodSave,
  type SavedPaymentMethodOptions,
  SavedPaymentMethodOptionsSchema,
  ThreeDSecureRequest,
} from "../../../gen/calmonypay/v1/checkout_session_pb.js";
import {
  type LastPaymentError,
  LastPaymentErrorSchema,
} from "../../../gen/calmonypay/v1/payment_intent_pb.js";
import { AllowRedisplay, PaymentMethodType } from "../../../gen/calmonypay/v1/payment_method_pb.js";
import { type ListedLineItem, pageOfItems } from "../../checkout/sessions/list-line-items.js";
import type { SessionFilter } from "../../db/tables/checkout-session-list.js";
import type { BillingDetails } from "../../domain/gateway-result.js";
import type { SavedCardOptions } from "../../domain/saved-cards/offered-card.js";
import {
  amountReceivedOf,
  type CheckoutSession,
  paymentStatusOf,
  type SessionOptions,
  type SessionPaymentStatus,
  type SessionStatus,
} from "../../domain/session.js";
import { setupIntentOf } from "../../domain/setup-intent.js";
import { toSeconds } from "../../lib/clock.js";
import { omitNulls } from "../../lib/omit-nulls.js";
import { billingDetailsPart } from "./billing-details-message.js";
import { cardError } from "./payment-intent-message.js";
import { createdOf } from "./time-range.js";

/**
 * Converts a session, whose status must be current, to its message. `url` is the URL of its payment page, `billing`
 * what the gateway tells of who paid it.
 */
export function sessionMessage(
  session: CheckoutSession,
  url: string,
  billing: BillingDetails | null,
  withItems = false,
): CheckoutSessionMessage {
  const { options } = session;
  // One literal: passing an object to `create` takes as long as the rest of the response.
  return {
    $typeName: "calmonypay.v1.CheckoutSession",
    id: session.id,
    object: "checkout.session",
    status: STATUSES[session.status],
    url,
    successUrl: session.successUrl,
    cancelUrl: session.cancelUrl === "" ? undefined : session.cancelUrl,
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
    paymentStatus: PAYMENT_STATUSES[paymentStatusOf(session)],
    customerCreation: session.customerCreation === null ? undefined : CheckoutSessionCustomerCreation.ALWAYS,
    customerExpanded: undefined,
    paymentIntentExpanded: undefined,
    paymentMethodExpanded: undefined,
    lineItems: withItems ? firstItems(session) : undefined,
    mode: session.mode === "setup" ? CheckoutSessionMode.SETUP : CheckoutSessionMode.PAYMENT,
    amountSubtotal: BigInt(session.amountTotal),
    totalDetails: NOTHING_ADDED,
    customerEmail: options?.customerEmail ?? undefined,
    customerDetails: detailsOf(billing, options?.customerEmail ?? null),
    paymentMethodTypes: CARD_ONLY,
    paymentMethodOptions: AUTOMATIC,
    uiMode: UI_MODES[options?.uiMode ?? "hosted"],
    locale: options?.locale ?? undefined,
    submitType: options?.submitType ? SUBMIT_TYPES[options.submitType] : undefined,
    setupIntent: session.status === "complete" ? setupIntentOf(session)?.id : undefined,
    setupIntentExpanded: undefined,
    amountReceived: BigInt(amountReceivedOf(session)),
    lastPaymentError: lastErrorOf(session),
    savedPaymentMethodOptions: options?.savedCards && savedCardsMessage(options.savedCards),
  };
}

/** Parts that are the same for every session, made once. */
const NOTHING_ADDED = create(CheckoutSessionTotalDetailsSchema);
const CARD_ONLY = [PaymentMethodType.CARD];
const AUTOMATIC = create(PaymentMethodOptionsSchema, {
  card: { requestThreeDSecure: ThreeDSecureRequest.AUTOMATIC },
});

function savedCardsMessage({ filters, save }: SavedCardOptions): SavedPaymentMethodOptions {
  return create(SavedPaymentMethodOptionsSchema, {
    allowRedisplayFilters: filters.map(() => AllowRedisplay.ALWAYS),
    ...(save === null ? {} : { paymentMethodSave: SAVES[save] }),
  });
}

const SAVES = { enabled: PaymentMethodSave.ENABLED, disabled: PaymentMethodSave.DISABLED } as const;

/** The email address that the merchant gave stands in for one that the gateway was not told. */
function detailsOf(billing: BillingDetails | null, email: string | null): BillingDetailsMessage | undefined {
  if (billing === null && email === null) return undefined;
  const told = billing === null ? {} : billingDetailsPart(billing);
  return create(BillingDetailsSchema, { ...(email === null ? {} : { email }), ...told });
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
    amountSubtotal: BigInt(item.unitAmount) * BigInt(item.quantity),
    price: {
      id: item.id.replace(/^li_/, "price_"),
      object: "price",
      currency: item.currency,
      unitAmount: BigInt(item.unitAmount),
      type: "one_time",
      product: {
        name: item.name,
        images: [...(item.product?.images ?? [])],
        metadata: { ...item.product?.metadata },
        ...omitNulls({ description: item.product?.description ?? null }),
      },
    },
  });
}

const UI_MODES: Record<SessionOptions["uiMode"], CheckoutSessionUiMode> = {
  hosted: CheckoutSessionUiMode.HOSTED,
  hosted_page: CheckoutSessionUiMode.HOSTED_PAGE,
};

const SUBMIT_TYPES: Record<NonNullable<SessionOptions["submitType"]>, CheckoutSessionSubmitType> = {
  auto: CheckoutSessionSubmitType.AUTO,
  pay: CheckoutSessionSubmitType.PAY,
  book: CheckoutSessionSubmitType.BOOK,
  donate: CheckoutSessionSubmitType.DONATE,
};

const STATUSES: Record<SessionStatus, CheckoutSessionStatus> = {
  open: CheckoutSessionStatus.OPEN,
  complete: CheckoutSessionStatus.COMPLETE,
  expired: CheckoutSessionStatus.EXPIRED,
};

const PAYMENT_STATUSES: Record<SessionPaymentStatus, CheckoutSessionPaymentStatus> = {
  unpaid: CheckoutSessionPaymentStatus.UNPAID,
  processing: CheckoutSessionPaymentStatus.PROCESSING,
  held: CheckoutSessionPaymentStatus.HELD,
  paid: CheckoutSessionPaymentStatus.PAID,
  partially_paid: CheckoutSessionPaymentStatus.PARTIALLY_PAID,
  no_payment_required: CheckoutSessionPaymentStatus.NO_PAYMENT_REQUIRED,
};

/** Events that were stored before sessions had declines have none. */
function lastErrorOf({ status, lastDecline }: CheckoutSession): LastPaymentError | undefined {
  if (status === "complete" || !lastDecline) return undefined;
  return create(LastPaymentErrorSchema, cardError(lastDecline.declineCode));
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

const STATUS_FILTERS: Record<CheckoutSessionStatus, SessionStatus | undefined> = {
  [CheckoutSessionStatus.UNSPECIFIED]: undefined,
  [CheckoutSessionStatus.OPEN]: "open",
  [CheckoutSessionStatus.COMPLETE]: "complete",
  [CheckoutSessionStatus.EXPIRED]: "expired",
};
