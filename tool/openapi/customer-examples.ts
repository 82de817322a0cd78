/** A customer. */
export const CUSTOMER = {
  id: "cus_demo",
  object: "customer",
  email: "ada@example.com",
  name: "Ada Lovelace",
  metadata: { plan: "pro" },
  created: 1_718_000_000,
  livemode: true,
  phone: "+44 20 7946 0000",
  description: null,
  address: null,
};

/** Who paid with it, as the gateway's page asked. */
export const PAYER = {
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
};

/** A stored card. */
export const CARD = {
  id: "pm_0demo",
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
  billing_details: PAYER,
  customer: "cus_demo",
  created: 1_718_000_000,
  livemode: true,
  metadata: {},
  allow_redisplay: "limited",
};
