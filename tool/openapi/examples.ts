import type { JsonObject } from "@bufbuild/protobuf";

import { DELIVERY, ENDPOINT, ENDPOINT_WITH_SECRET, eventOf, TEST_EVENT } from "./event-examples.js";
import { CHARGE, HELD, PAYMENT, REFUND } from "./payment-examples.js";

/** Example of a call. */
interface Example {
  /** For a call with a body. */
  readonly request?: JsonObject;
  readonly answer: JsonObject;
}

const ORDER = {
  line_items: [
    {
      price_data: { currency: "gbp", unit_amount: 2999, product_data: { name: "Pro Plan — Monthly" } },
      quantity: 1,
    },
  ],
  success_url: "https://yourapp.com/checkout/success",
  cancel_url: "https://yourapp.com/checkout/cancel",
  customer: "cus_abc123",
};

const OPEN = {
  id: "cs_abc123",
  object: "checkout.session",
  status: "open",
  url: "https://hpp.cardstream.com/pay/cs_abc123",
  success_url: "https://yourapp.com/checkout/success",
  cancel_url: "https://yourapp.com/checkout/cancel",
  customer: "cus_abc123",
  payment_intent: null,
  payment_method: null,
  created: 1_718_000_000,
  livemode: true,
  currency: "gbp",
  amount_total: 2999,
  expires_at: 1_718_086_400,
  client_reference_id: null,
  metadata: {},
  payment_status: "unpaid",
  customer_creation: null,
  line_items: null,
};

const COMPLETE = {
  ...OPEN,
  status: "complete",
  payment_intent: "pi_xyz789",
  payment_method: "pm_def456",
  payment_status: "paid",
};

const ITEM = {
  id: "li_abc123_1",
  object: "item",
  description: "Pro Plan — Monthly",
  quantity: 1,
  currency: "gbp",
  unit_amount: 2999,
  amount_total: 2999,
};

const CUSTOMER = {
  id: "cus_abc123",
  object: "customer",
  email: "ada@example.com",
  name: "Ada Lovelace",
  metadata: { plan: "pro" },
  created: 1_718_000_000,
  livemode: true,
  deleted: false,
};

const CARD = {
  id: "pm_def456",
  object: "payment_method",
  type: "card",
  card: {
    brand: "visa",
    last4: "0821",
    exp_month: 12,
    exp_year: 2029,
    funding: "credit",
    country: "GB",
    fingerprint: "5d41402abc4b2a76b9719d911017c592",
  },
  billing_details: {
    name: "Ada Lovelace",
    email: "ada@example.com",
    phone: null,
    address: {
      line1: "347 Lavender Road",
      line2: null,
      city: "Northampton",
      state: null,
      postal_code: "NN17 8YG",
      country: "GB",
    },
  },
  customer: "cus_abc123",
  created: 1_718_000_000,
  livemode: true,
};

const FAULTS = {
  object: "test_helpers.gateway_faults",
  faults: [
    { type: "callback_delayed", milliseconds: 5000 },
    { type: "redirect_lost", milliseconds: null },
  ],
};

/** By method name. A test validates them against their schemas. */
export const EXAMPLES: Readonly<Record<string, Example>> = {
  CreateCheckoutSession: { request: ORDER, answer: OPEN },
  GetCheckoutSession: { answer: COMPLETE },
  ListCheckoutSessions: {
    answer: { object: "list", data: [OPEN], has_more: false, url: "/v1/checkout/sessions" },
  },
  ExpireCheckoutSession: { request: {}, answer: { ...OPEN, status: "expired" } },
  ListCheckoutSessionLineItems: {
    answer: {
      object: "list",
      data: [ITEM],
      has_more: false,
      url: "/v1/checkout/sessions/cs_abc123/line_items",
    },
  },
  CreateCustomer: {
    request: { email: "ada@example.com", name: "Ada Lovelace", metadata: { plan: "pro" } },
    answer: CUSTOMER,
  },
  GetCustomer: { answer: CUSTOMER },
  UpdateCustomer: {
    request: { email: "ada@lovelace.example", metadata: { plan: "" } },
    answer: { ...CUSTOMER, email: "ada@lovelace.example", metadata: {} },
  },
  ListCustomers: {
    answer: { object: "list", data: [CUSTOMER], has_more: false, url: "/v1/customers" },
  },
  DeleteCustomer: { answer: { id: "cus_abc123", object: "customer", deleted: true } },
  GetPaymentMethod: { answer: CARD },
  AttachPaymentMethod: { request: { customer: "cus_abc123" }, answer: CARD },
  DetachPaymentMethod: { request: {}, answer: { ...CARD, customer: null } },
  ListCustomerPaymentMethods: {
    answer: {
      object: "list",
      data: [CARD],
      has_more: false,
      url: "/v1/customers/cus_abc123/payment_methods",
    },
  },
  ListHeldPayments: {
    answer: { object: "list", data: [HELD], has_more: false, url: "/v1/held_payments" },
  },
  GetHeldPayment: { answer: HELD },
  ResolveHeldPayment: {
    request: { resolution: "dismiss", note: "Settled by telephone" },
    answer: {
      ...HELD,
      possible_resolutions: [],
      resolution: "dismiss",
      note: "Settled by telephone",
      resolved_at: 1_718_003_600,
    },
  },
  GetPaymentIntent: { answer: PAYMENT },
  ListPaymentIntents: {
    answer: { object: "list", data: [PAYMENT], has_more: false, url: "/v1/payment_intents" },
  },
  CreatePaymentIntent: {
    request: {
      customer: "cus_abc123",
      payment_method: "pm_def456",
      amount: 2999,
      currency: "gbp",
      confirm: true,
      off_session: true,
    },
    answer: CHARGE,
  },
  ConfirmPaymentIntent: { request: { payment_method: "pm_def456" }, answer: CHARGE },
  CancelPaymentIntent: {
    request: {},
    answer: { ...CHARGE, status: "canceled", amount_received: 0, latest_charge: null },
  },
  CreateRefund: {
    request: { payment_intent: "pi_xyz789", amount: 1000, reason: "requested_by_customer" },
    answer: REFUND,
  },
  GetRefund: { answer: REFUND },
  ListRefunds: { answer: { object: "list", data: [REFUND], has_more: false, url: "/v1/refunds" } },
  GetEvent: { answer: eventOf(COMPLETE) },
  ListEvents: {
    answer: { object: "list", data: [eventOf(COMPLETE)], has_more: false, url: "/v1/events" },
  },
  StreamEvents: { answer: { event: eventOf(COMPLETE), sequence: 42, ending: false } },
  CreateWebhookEndpoint: {
    request: { url: ENDPOINT.url, enabled_events: ENDPOINT.enabled_events },
    answer: ENDPOINT_WITH_SECRET,
  },
  GetWebhookEndpoint: { answer: ENDPOINT },
  ListWebhookEndpoints: {
    answer: { object: "list", data: [ENDPOINT], has_more: false, url: "/v1/webhook_endpoints" },
  },
  UpdateWebhookEndpoint: {
    request: { enabled_events: ["*"] },
    answer: { ...ENDPOINT, enabled_events: ["*"] },
  },
  DeleteWebhookEndpoint: { answer: { id: ENDPOINT.id, object: "webhook_endpoint", deleted: true } },
  RollWebhookEndpointSecret: {
    request: { overlap_seconds: 3600 },
    answer: { ...ENDPOINT_WITH_SECRET, previous_secret_expires_at: 1_718_003_600 },
  },
  SendTestEvent: { request: {}, answer: TEST_EVENT },
  RecoverWebhookEndpoint: { request: { since: 1_718_000_000 }, answer: { recovered: 3 } },
  GetWebhookDelivery: { answer: DELIVERY },
  ListWebhookDeliveries: {
    answer: { object: "list", data: [DELIVERY], has_more: false, url: "/v1/webhook_deliveries" },
  },
  ResendWebhookDelivery: { request: {}, answer: DELIVERY },
  AdvanceTestClock: {
    request: { seconds: 86_400 },
    answer: { object: "test_helpers.clock", ahead: 86_400 },
  },
  SetGatewayFaults: {
    request: { faults: [{ type: "callback_delayed", milliseconds: 5000 }, { type: "redirect_lost" }] },
    answer: FAULTS,
  },
  GetGatewayFaults: { answer: FAULTS },
};

/** Examples of objects in the query, by message name; viewers would invent one that finds nothing. */
export const QUERY_EXAMPLES: Readonly<Record<string, JsonObject>> = {
  TimeRange: { gte: 1_718_000_000 },
};
