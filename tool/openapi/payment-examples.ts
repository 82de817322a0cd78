/** A payment that waits for a person. */
export const HELD = {
  id: "gr_0demoHeld",
  object: "held_payment",
  created: 1_718_000_000,
  livemode: true,
  checkout_session: "cs_0demoHeld",
  payment_intent: null,
  refund: null,
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

/** The payment of a session. */
export const PAYMENT = {
  id: "pi_0demo",
  object: "payment_intent",
  amount: 2999,
  amount_received: 2999,
  amount_refunded: 0,
  currency: "gbp",
  status: "succeeded",
  customer: "cus_demo",
  payment_method: "pm_0demo",
  checkout_session: "cs_0demo",
  latest_charge: {
    authorization_code: "347414",
    cvc_check: "pass",
    address_line1_check: "unchecked",
    address_postal_code_check: "unchecked",
    three_d_secure: { result: "authenticated", electronic_commerce_indicator: "05", version: "2.2.0" },
    decline_code: null,
    message: "AUTHCODE:347414",
    id: "ch_jkl345",
    object: "charge",
    amount: 2999,
    amount_captured: 2999,
    amount_refunded: 0,
    currency: "gbp",
    paid: true,
    refunded: false,
    status: "succeeded",
    payment_intent: "pi_xyz789",
    captured: true,
    capture_before: null,
  },
  billing_details: null,
  last_payment_error: null,
  created: 1_718_000_000,
  livemode: true,
  metadata: {},
  description: null,
  cancellation_reason: null,
  canceled_at: null,
  payment_method_types: ["card"],
  capture_method: "automatic",
  statement_descriptor: null,
  receipt_email: null,
  amount_capturable: 0,
  settlement: { status: "accepted", settled_at: 1_718_090_000 },
  next_action: null,
  hosted_payment_url: null,
};

/** A charge of a stored card. */
export const CHARGE = { ...PAYMENT, checkout_session: null };

/** A charge that was declined. */
export const DECLINED = {
  ...CHARGE,
  amount_received: 0,
  settlement: null,
  status: "requires_payment_method",
  latest_charge: null,
  last_payment_error: {
    type: "card_error",
    code: "card_declined",
    decline_code: "generic_decline",
    message: "The card was declined.",
  },
};

/** Money of a payment that goes back. */
export const REFUND = {
  id: "re_0demo",
  object: "refund",
  amount: 1000,
  currency: "gbp",
  status: "succeeded",
  payment_intent: "pi_0demo",
  reason: "requested_by_customer",
  failure_reason: null,
  created: 1_718_000_000,
  livemode: true,
  metadata: {},
};
