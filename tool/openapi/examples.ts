import type { JsonObject } from "@bufbuild/protobuf";

/** What one call looks like. */
interface Example {
  /** Where the call has a body. */
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

const HELD = {
  id: "gr_abc123",
  object: "held_payment",
  created: 1_718_000_000,
  livemode: true,
  checkout_session: "cs_abc123",
  payment_intent: null,
  reason: "amount_mismatch",
  description: "The amount asked for or received is not the session's.",
  amount: 2999,
  amount_received: 1500,
  currency: "gbp",
  gateway_transaction: "36943501",
  possible_resolutions: ["accept", "return", "dismiss"],
  resolution: null,
  note: null,
  resolved_at: null,
};

const PAYMENT = {
  id: "pi_xyz789",
  object: "payment_intent",
  amount: 2999,
  amount_received: 2999,
  amount_refunded: 0,
  currency: "gbp",
  status: "succeeded",
  customer: "cus_abc123",
  payment_method: "pm_def456",
  checkout_session: "cs_abc123",
  latest_charge: {
    authorization_code: "347414",
    cvc_check: "pass",
    address_line1_check: "unchecked",
    address_postal_code_check: "unchecked",
    three_d_secure: { result: "authenticated", electronic_commerce_indicator: "05", version: "2.2.0" },
    decline_code: null,
    message: "AUTHCODE:347414",
  },
  billing_details: null,
  last_payment_error: null,
  created: 1_718_000_000,
  livemode: true,
  metadata: {},
};

const CHARGE = { ...PAYMENT, checkout_session: null };

/** By the name of the method. A test holds them to their schemas. */
export const EXAMPLES: Readonly<Record<string, Example>> = {
  CreateCheckoutSession: { request: ORDER, answer: OPEN },
  GetCheckoutSession: { answer: COMPLETE },
  ListCheckoutSessions: {
    answer: { object: "list", data: [OPEN], has_more: false, url: "/v1/checkout/sessions" },
  },
  ExpireCheckoutSession: { answer: { ...OPEN, status: "expired" } },
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
    answer: { ...CHARGE, status: "canceled", amount_received: 0, latest_charge: null },
  },
  AdvanceTestClock: {
    request: { seconds: 86_400 },
    answer: { object: "test_helpers.clock", ahead: 86_400 },
  },
};

/** Objects in the query, by the name of their message. Viewers would make one up that finds nothing. */
export const QUERY_EXAMPLES: Readonly<Record<string, JsonObject>> = {
  TimeRange: { gte: 1_718_000_000 },
};
