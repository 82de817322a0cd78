import type { JsonObject } from "@bufbuild/protobuf";

import { CARD, CUSTOMER } from "./customer-examples.js";
import { DELIVERY, ENDPOINT, ENDPOINT_WITH_SECRET, eventOf, TEST_EVENT } from "./event-examples.js";
import { CHARGE, HELD, PAYMENT, REFUND } from "./payment-examples.js";
import { ATTEMPT, COMPLETE, ITEM, OPEN, ORDER } from "./session-examples.js";

/** Example of a call. */
interface Example {
  /** The id in the path, for a call with one: an object of the demonstration merchant, see src/start/demonstration. */
  readonly id?: string;
  /** The customer in the path or the query, for a call that needs one beside, or in the place of, the id. */
  readonly customer?: string;
  /** For a call with a body. It can be sent as it is with a key of the demonstration merchant. */
  readonly request?: JsonObject;
  readonly answer: JsonObject;
}

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
  GetCheckoutSession: { id: "cs_0demo", answer: COMPLETE },
  ListCheckoutSessions: {
    answer: { object: "list", data: [OPEN], has_more: false, url: "/v1/checkout/sessions" },
  },
  UpdateCheckoutSession: {
    id: "cs_0demo",
    request: { metadata: { order: "17" } },
    answer: { ...COMPLETE, metadata: { order: "17" } },
  },
  ExpireCheckoutSession: { id: "cs_0demoOpen", request: {}, answer: { ...OPEN, status: "expired" } },
  ListCheckoutSessionLineItems: {
    id: "cs_0demo",
    answer: {
      object: "list",
      data: [ITEM],
      has_more: false,
      url: "/v1/checkout/sessions/cs_0demo/line_items",
    },
  },
  ListCheckoutSessionAttempts: {
    id: "cs_0demo",
    answer: {
      object: "list",
      data: [ATTEMPT],
      has_more: false,
      url: "/v1/checkout/sessions/cs_0demo/attempts",
    },
  },
  CreateCustomer: {
    request: { email: "ada@example.com", name: "Ada Lovelace", metadata: { plan: "pro" } },
    answer: CUSTOMER,
  },
  GetCustomer: { id: "cus_demo", answer: CUSTOMER },
  UpdateCustomer: {
    id: "cus_demo",
    request: { email: "ada@lovelace.example", metadata: { plan: "" } },
    answer: { ...CUSTOMER, email: "ada@lovelace.example", metadata: {} },
  },
  ListCustomers: {
    answer: { object: "list", data: [CUSTOMER], has_more: false, url: "/v1/customers" },
  },
  DeleteCustomer: {
    id: "cus_demo_leaving",
    answer: { id: "cus_demo_leaving", object: "customer", deleted: true },
  },
  GetPaymentMethod: { id: "pm_0demo", answer: CARD },
  UpdatePaymentMethod: {
    id: "pm_0demo",
    request: { metadata: { nickname: "work" } },
    answer: { ...CARD, metadata: { nickname: "work" } },
  },
  GetCustomerPaymentMethod: { customer: "cus_demo", id: "pm_0demo", answer: CARD },
  ListPaymentMethods: {
    customer: "cus_demo",
    answer: { object: "list", data: [CARD], has_more: false, url: "/v1/payment_methods" },
  },
  AttachPaymentMethod: { id: "pm_0demo", request: { customer: "cus_demo" }, answer: CARD },
  DetachPaymentMethod: { id: "pm_0demoSpare", request: {}, answer: { ...CARD, customer: null } },
  ListCustomerPaymentMethods: {
    id: "cus_demo",
    answer: {
      object: "list",
      data: [CARD],
      has_more: false,
      url: "/v1/customers/cus_demo/payment_methods",
    },
  },
  ListHeldPayments: {
    answer: { object: "list", data: [HELD], has_more: false, url: "/v1/held_payments" },
  },
  GetHeldPayment: { id: "gr_0demoHeld", answer: HELD },
  ResolveHeldPayment: {
    id: "gr_0demoHeld",
    request: { resolution: "dismiss", note: "Settled by telephone" },
    answer: {
      ...HELD,
      possible_resolutions: [],
      resolution: "dismiss",
      note: "Settled by telephone",
      resolved_at: 1_718_003_600,
    },
  },
  UpdatePaymentIntent: {
    id: "pi_0demo",
    request: { description: "Order 17", metadata: { order: "17" } },
    answer: { ...PAYMENT, description: "Order 17", metadata: { order: "17" } },
  },
  GetPaymentIntent: { id: "pi_0demo", answer: PAYMENT },
  ListPaymentIntents: {
    answer: { object: "list", data: [PAYMENT], has_more: false, url: "/v1/payment_intents" },
  },
  CreatePaymentIntent: {
    request: {
      customer: "cus_demo",
      payment_method: "pm_0demo",
      amount: 2999,
      currency: "gbp",
      confirm: true,
      off_session: true,
    },
    answer: CHARGE,
  },
  ConfirmPaymentIntent: { id: "pi_0demoUnpaid", request: { payment_method: "pm_0demo" }, answer: CHARGE },
  CapturePaymentIntent: {
    id: "pi_0demoAuthorized",
    request: { amount_to_capture: 2000 },
    answer: { ...PAYMENT, amount_received: 2000, capture_method: "manual" },
  },
  CancelPaymentIntent: {
    id: "pi_0demoLeft",
    request: {},
    answer: { ...CHARGE, status: "canceled", amount_received: 0, latest_charge: null, settlement: null },
  },
  CreateRefund: {
    request: { payment_intent: "pi_0demo", amount: 1000, reason: "requested_by_customer" },
    answer: REFUND,
  },
  UpdateRefund: {
    id: "re_0demo",
    request: { metadata: { ticket: "9" } },
    answer: { ...REFUND, metadata: { ticket: "9" } },
  },
  GetRefund: { id: "re_0demo", answer: REFUND },
  ListRefunds: { answer: { object: "list", data: [REFUND], has_more: false, url: "/v1/refunds" } },
  GetSetupIntent: {
    id: "seti_0demoSetup",
    answer: {
      id: "seti_0demoSetup",
      object: "setup_intent",
      status: "succeeded",
      payment_method: "pm_0demoSetup",
      customer: "cus_demo",
      checkout_session: "cs_0demoSetup",
      usage: "off_session",
      description: null,
      metadata: {},
      payment_method_types: ["card"],
      created: 1_718_000_000,
      livemode: true,
      last_setup_error: null,
    },
  },
  GetEvent: { id: "evt_0demo", answer: eventOf(COMPLETE) },
  ListEvents: {
    answer: { object: "list", data: [eventOf(COMPLETE)], has_more: false, url: "/v1/events" },
  },
  StreamEvents: { answer: { event: eventOf(COMPLETE), sequence: 42, ending: false } },
  CreateWebhookEndpoint: {
    request: { url: ENDPOINT.url, enabled_events: ENDPOINT.enabled_events },
    answer: ENDPOINT_WITH_SECRET,
  },
  GetWebhookEndpoint: { id: "we_0demo", answer: ENDPOINT },
  ListWebhookEndpoints: {
    answer: { object: "list", data: [ENDPOINT], has_more: false, url: "/v1/webhook_endpoints" },
  },
  UpdateWebhookEndpoint: {
    id: "we_0demo",
    request: { description: "Orders of the shop" },
    answer: { ...ENDPOINT, description: "Orders of the shop" },
  },
  DeleteWebhookEndpoint: {
    id: "we_0demoOld",
    answer: { id: "we_0demoOld", object: "webhook_endpoint", deleted: true },
  },
  RollWebhookEndpointSecret: {
    id: "we_0demo",
    request: { overlap_seconds: 3600 },
    answer: { ...ENDPOINT_WITH_SECRET, previous_secret_expires_at: 1_718_003_600 },
  },
  SendTestEvent: { id: "we_0demo", request: {}, answer: TEST_EVENT },
  RecoverWebhookEndpoint: { id: "we_0demo", request: { since: 1_718_000_000 }, answer: { recovered: 3 } },
  GetWebhookDelivery: { id: "wd_0demo", answer: DELIVERY },
  ListWebhookDeliveries: {
    answer: { object: "list", data: [DELIVERY], has_more: false, url: "/v1/webhook_deliveries" },
  },
  ResendWebhookDelivery: { id: "wd_0demo", request: {}, answer: DELIVERY },
  AdvanceTestClock: {
    request: { seconds: 60 },
    answer: { object: "test_helpers.clock", ahead: 60 },
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
