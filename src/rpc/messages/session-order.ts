import {
  CheckoutSessionBillingAddressCollection,
  type CheckoutSessionPaymentIntentData,
  type CreateCheckoutSessionRequest,
  type LineItem as LineItemMessage,
  type ProductData,
} from "../../../gen/calmonypay/v1/checkout_service_pb.js";
import {
  CheckoutSessionCustomerCreation,
  CheckoutSessionMode,
  CheckoutSessionSubmitType,
  CheckoutSessionUiMode,
  PaymentMethodSave,
  ThreeDSecureRequest,
} from "../../../gen/calmonypay/v1/checkout_session_pb.js";
import { CaptureMethod, SetupFutureUsage } from "../../../gen/calmonypay/v1/payment_intent_pb.js";
import { AllowRedisplay } from "../../../gen/calmonypay/v1/payment_method_pb.js";
import type { SessionOrder } from "../../checkout/sessions/create-session.js";
import { Refusal } from "../../domain/refusal.js";
import type { SavedCardOptions } from "../../domain/saved-cards/offered-card.js";
import type { ProductDetails, SessionOptions } from "../../domain/session.js";
import { toMilliseconds } from "./time-range.js";

/**
 * Converts a create request. The proto file's rules require every part, and limit numbers to those that are
 * exact in JavaScript.
 */
export function orderOf(request: CreateCheckoutSessionRequest): SessionOrder {
  return {
    mode: isSetup(request) ? "setup" : null,
    currency: request.currency === "" ? SETUP_CURRENCY : request.currency,
    lineItems: request.lineItems.map(lineItemOf),
    successUrl: request.successUrl,
    cancelUrl: request.cancelUrl,
    customerId: emptyAsNull(request.customer),
    customerCreation: customerCreationOf(request),
    clientReferenceId: emptyAsNull(request.clientReferenceId),
    metadata: request.metadata,
    options: optionsOf(request),
    expiresAt: request.expiresAt === undefined ? null : toMilliseconds(request.expiresAt),
  };
}

function lineItemOf({ priceData, quantity }: LineItemMessage): SessionOrder["lineItems"][number] {
  const product = productOf(priceData?.productData);
  return {
    name: priceData?.productData?.name ?? "",
    currency: priceData?.currency ?? "",
    unitAmount: Number(priceData?.unitAmount ?? 0n),
    quantity: Number(quantity),
    ...(product === undefined ? {} : { product }),
  };
}

/** Most items have a name and nothing else. */
function productOf(data: ProductData | undefined): ProductDetails | undefined {
  if (data === undefined) return undefined;
  const { description, images, metadata } = data;
  if (description === "" && images.length === 0 && Object.keys(metadata).length === 0) return undefined;
  return { description: emptyAsNull(description), images, metadata };
}

function isSetup({ mode }: CreateCheckoutSessionRequest): boolean {
  return mode === CheckoutSessionMode.SETUP;
}

/** That of most accounts at the gateway. No money moves in it: it only has to be one that the account takes. */
const SETUP_CURRENCY = "gbp";

/** A card that is to be charged later belongs to a customer. */
function customerCreationOf(request: CreateCheckoutSessionRequest): "always" | null {
  if (request.customerCreation === CheckoutSessionCustomerCreation.ALWAYS) return "always";
  const isReused = isSetup(request) || (request.paymentIntentData?.setupFutureUsage ?? NONE) !== NONE;
  return isReused && request.customer === "" ? "always" : null;
}

const NONE = SetupFutureUsage.UNSPECIFIED;

function optionsOf(request: CreateCheckoutSessionRequest): SessionOptions | null {
  const { customerEmail, uiMode, locale, submitType } = request;
  const data = request.paymentIntentData ?? request.setupIntentData;
  const { statementDescriptor = "", receiptEmail = "", captureMethod } = request.paymentIntentData ?? {};
  const savedCards = savedCardsOf(request);
  const isBare = customerEmail === "" && locale === "" && submitType === 0 && data === undefined;
  if (isBare && uiMode !== CheckoutSessionUiMode.HOSTED_PAGE && savedCards === undefined) return null;
  return {
    customerEmail: emptyAsNull(customerEmail),
    uiMode: uiMode === CheckoutSessionUiMode.HOSTED_PAGE ? "hosted_page" : "hosted",
    locale: emptyAsNull(locale),
    submitType: SUBMIT_TYPES[submitType] ?? null,
    ...paymentOptionsOf(data),
    ...(statementDescriptor === "" ? {} : { statementDescriptor }),
    ...(receiptEmail === "" ? {} : { receiptEmail }),
    ...(captureMethod === CaptureMethod.MANUAL ? { captureMethod: "manual" } : {}),
    ...(savedCards === undefined ? {} : { savedCards }),
  };
}

/** Other filters are refused. */
function savedCardsOf({
  savedPaymentMethodOptions: options,
}: CreateCheckoutSessionRequest): SavedCardOptions | undefined {
  if (options === undefined) return undefined;
  return {
    filters: options.allowRedisplayFilters.length === 0 ? [] : ["always"],
    save: SAVES[options.paymentMethodSave] ?? null,
  };
}

const SAVES: Partial<Record<PaymentMethodSave, SavedCardOptions["save"]>> = {
  [PaymentMethodSave.ENABLED]: "enabled",
  [PaymentMethodSave.DISABLED]: "disabled",
};

function paymentOptionsOf(
  data: Pick<CheckoutSessionPaymentIntentData, "description" | "metadata"> | undefined,
) {
  return {
    paymentDescription: emptyAsNull(data?.description ?? ""),
    paymentMetadata: data?.metadata ?? {},
  };
}

const SUBMIT_TYPES: Partial<Record<CheckoutSessionSubmitType, SessionOptions["submitType"]>> = {
  [CheckoutSessionSubmitType.AUTO]: "auto",
  [CheckoutSessionSubmitType.PAY]: "pay",
  [CheckoutSessionSubmitType.BOOK]: "book",
  [CheckoutSessionSubmitType.DONATE]: "donate",
};

function emptyAsNull(text: string): string | null {
  return text === "" ? null : text;
}

/** Throws a Refusal for a parameter that is understood, but asks for what this service does not do. */
export function refuseUnsupported(request: CreateCheckoutSessionRequest): void {
  for (const [param, isAsked, sentence] of UNSUPPORTED) {
    if (isAsked(request)) throw new Refusal("PARAMETER_UNSUPPORTED", `${param}: ${sentence}`, param);
  }
}

type Unsupported = readonly [
  param: string,
  isAsked: (request: CreateCheckoutSessionRequest) => boolean,
  sentence: string,
];

const UNSUPPORTED: readonly Unsupported[] = [
  [
    "mode",
    ({ mode }) => mode === CheckoutSessionMode.SUBSCRIPTION,
    "there are no subscriptions. Store the card with customer_creation=always in mode payment, and charge it each time with POST /v1/payment_intents.",
  ],
  [
    "line_items",
    (request) => isSetup(request) && request.lineItems.length > 0,
    "mode setup takes no payment. Leave them out, or use mode payment with customer_creation=always.",
  ],
  [
    "payment_intent_data",
    (request) => isSetup(request) && request.paymentIntentData !== undefined,
    "mode setup takes no payment. Send setup_intent_data.",
  ],
  [
    "submit_type",
    (request) => isSetup(request) && request.submitType !== CheckoutSessionSubmitType.UNSPECIFIED,
    "mode setup takes no payment. Leave it out.",
  ],
  [
    "setup_intent_data",
    (request) => !isSetup(request) && request.setupIntentData !== undefined,
    "it is for mode setup. Send payment_intent_data.",
  ],
  [
    "currency",
    (request) => !isSetup(request) && request.currency !== "",
    "it is for mode setup. The prices of the line items have theirs.",
  ],
  [
    "allow_promotion_codes",
    ({ allowPromotionCodes }) => allowPromotionCodes,
    "there are no promotion codes. Send line items with the reduced price.",
  ],
  [
    "automatic_tax.enabled",
    ({ automaticTax }) => automaticTax?.enabled === true,
    "no taxes are calculated. Send prices that include them.",
  ],
  [
    "invoice_creation.enabled",
    ({ invoiceCreation }) => invoiceCreation?.enabled === true,
    "no invoices are made. Make them when checkout.session.completed arrives.",
  ],
  [
    "phone_number_collection.enabled",
    ({ phoneNumberCollection }) => phoneNumberCollection?.enabled === true,
    "the gateway's page decides what it asks for. Ask for the number before the checkout.",
  ],
  [
    "billing_address_collection",
    (request) => request.billingAddressCollection === CheckoutSessionBillingAddressCollection.REQUIRED,
    "the gateway's page decides what it asks for. Leave it out, or send auto.",
  ],
  [
    "payment_intent_data.receipt_email",
    ({ customerEmail, paymentIntentData: { receiptEmail = "" } = {} }) =>
      customerEmail !== "" && receiptEmail !== "" && customerEmail !== receiptEmail,
    "the gateway sends its receipt to the shopper's one address. Send the customer_email, or leave that out.",
  ],
  [
    "saved_payment_method_options.allow_redisplay_filters",
    ({ savedPaymentMethodOptions }) =>
      savedPaymentMethodOptions?.allowRedisplayFilters.some((filter) => filter !== AllowRedisplay.ALWAYS) ===
      true,
    "only cards whose shopper has agreed are offered. Leave it out, or send always.",
  ],
  [
    "saved_payment_method_options",
    (request) => request.savedPaymentMethodOptions !== undefined && isSetup(request),
    "mode setup takes no payment. Leave it out, and set allow_redisplay of the card.",
  ],
  [
    "saved_payment_method_options",
    (request) =>
      request.savedPaymentMethodOptions !== undefined &&
      request.customer === "" &&
      customerCreationOf(request) === null,
    "saved cards belong to a customer. Send customer, or customer_creation=always.",
  ],
  [
    "payment_method_options.card.request_three_d_secure",
    ({ paymentMethodOptions }) =>
      (paymentMethodOptions?.card?.requestThreeDSecure ?? 0) > ThreeDSecureRequest.AUTOMATIC,
    "the gateway decides when 3-D Secure is asked for. Leave it out, or send automatic.",
  ],
];
