import { PAYER } from "./customer-examples.js";

export const ORDER = {
  line_items: [
    {
      price_data: { currency: "gbp", unit_amount: 2999, product_data: { name: "Pro Plan — Monthly" } },
      quantity: 1,
    },
  ],
  success_url: "https://yourapp.com/checkout/success",
  cancel_url: "https://yourapp.com/checkout/cancel",
};

export const OPEN = {
  id: "cs_0demo",
  object: "checkout.session",
  status: "open",
  url: "https://hpp.cardstream.com/pay/cs_0demo",
  success_url: "https://yourapp.com/checkout/success",
  cancel_url: "https://yourapp.com/checkout/cancel",
  customer: null,
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
  mode: "payment",
  amount_subtotal: 2999,
  total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
  customer_email: null,
  customer_details: null,
  payment_method_types: ["card"],
  payment_method_options: { card: { request_three_d_secure: "automatic" } },
  ui_mode: "hosted",
  locale: null,
  submit_type: null,
  setup_intent: null,
  amount_received: 0,
  last_payment_error: null,
  saved_payment_method_options: null,
};

export const COMPLETE = {
  ...OPEN,
  status: "complete",
  customer: "cus_demo",
  payment_intent: "pi_0demo",
  payment_method: "pm_0demo",
  payment_status: "paid",
  amount_received: 2999,
  customer_details: PAYER,
};

export const ATTEMPT = {
  id: "gr_0demo",
  object: "checkout.session.attempt",
  checkout_session: "cs_0demo",
  attempt_number: 1,
  created: 1_718_000_060,
  outcome: "succeeded",
  decline_code: null,
  message: "AUTHCODE:347414",
  amount_received: 2999,
  currency: "gbp",
  card_brand: "visa",
  card_last4: "0821",
  gateway_transaction: "100000001",
};

export const ITEM = {
  id: "li_0demo_1",
  object: "item",
  description: "Pro Plan — Monthly",
  quantity: 1,
  currency: "gbp",
  unit_amount: 2999,
  amount_total: 2999,
  amount_subtotal: 2999,
  amount_discount: 0,
  amount_tax: 0,
  price: {
    id: "price_0demo_1",
    object: "price",
    currency: "gbp",
    unit_amount: 2999,
    type: "one_time",
    product: { name: "Pro Plan — Monthly", description: null, images: [], metadata: {} },
  },
};
