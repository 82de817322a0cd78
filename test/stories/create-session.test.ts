import t from "tap";

import { eachEngine } from "../support/database.js";
import { createTestMerchant, startTestApp, testConfig } from "../support/app.js";
import { aLineItem, anOrder } from "../support/orders.js";

/** Byte for byte as it stands in the spec. */
const SPEC_REQUEST = `{
"line_items": [
{
"price_data": {
"currency": "gbp",
"unit_amount": 2999,
"product_data": {
"name": "Pro Plan — Monthly"
}
},
"quantity": 1
}
],
"success_url": "https://yourapp.com/checkout/success",
"cancel_url": "https://yourapp.com/checkout/cancel",
"customer": "cus_abc123"
}`;

await eachEngine(t, "a call without a valid key is refused", async (t, engine) => {
  const config = testConfig(engine);
  await createTestMerchant(config);
  const app = await startTestApp(t, config);
  for (const key of [undefined, "sk_live_nobody", ""]) {
    const answer = await app.call("POST", "/v1/checkout/sessions", key, anOrder());
    t.equal(answer.status, 401);
    t.equal(answer.json.error.type, "invalid_request_error");
    t.match(answer.json.error.code, /^api_key_/);
    t.equal(answer.json.error.request_id, answer.headers.get("request-id"));
    t.equal(answer.headers.get("www-authenticate"), "Bearer");
  }
});

await eachEngine(
  t,
  "a wrong order is refused by the name of its field, and nothing is stored",
  async (t, engine) => {
    const config = testConfig(engine);
    const { liveKey } = await createTestMerchant(config);
    const app = await startTestApp(t, config);
    const now = Math.trunc(Date.now() / 1000);
    const wrong: [Record<string, unknown>, string, string][] = [
      [anOrder({ line_items: [] }), "parameter_missing", "line_items"],
      [anOrder({ success_url: undefined }), "parameter_missing", "success_url"],
      [anOrder({ success_url: "/checkout" }), "url_invalid", "success_url"],
      [anOrder({ success_url: "javascript:alert(1)" }), "url_invalid", "success_url"],
      [anOrder({ cancel_url: "https://user:pw@yourapp.com/" }), "url_invalid", "cancel_url"],
      [anOrder({ customer: "cus_nobody" }), "resource_missing", "customer"],
      [anOrder({ customer: "cus_abc123 " }), "resource_missing", "customer"],
      [
        anOrder({ line_items: [aLineItem({ currency: "xyz" })] }),
        "currency_invalid",
        "line_items[0].price_data.currency",
      ],
      [
        anOrder({ line_items: [aLineItem(), aLineItem({ currency: "eur" })] }),
        "currencies_mixed",
        "line_items",
      ],
      [
        anOrder({ line_items: [aLineItem({ unit_amount: undefined })] }),
        "parameter_missing",
        "line_items[0].price_data.unit_amount",
      ],
      [
        anOrder({ line_items: [aLineItem({ unit_amount: -1 })] }),
        "parameter_invalid",
        "line_items[0].price_data.unit_amount",
      ],
      [
        anOrder({ line_items: [aLineItem({ product_data: {} })] }),
        "parameter_missing",
        "line_items[0].price_data.product_data.name",
      ],
      [anOrder({ line_items: [aLineItem({}, 1_000_000)] }), "parameter_invalid", "line_items[0].quantity"],
      [anOrder({ line_items: [aLineItem({}, 1.5)] }), "parameter_invalid", "line_items[0].quantity"],
      [anOrder({ line_items: [aLineItem({ unit_amount: 0 })] }), "amount_too_small", "line_items"],
      [
        anOrder({ line_items: [aLineItem({ unit_amount: 99_999_999 }, 999_999)] }),
        "amount_too_large",
        "line_items",
      ],
      [anOrder({ expires_at: now + 60 }), "expires_at_invalid", "expires_at"],
      [anOrder({ expires_at: now + 90_000 }), "expires_at_invalid", "expires_at"],
      [anOrder({ colour: "red" }), "parameter_unknown", "colour"],
    ];
    for (const [order, code, param] of wrong) {
      const answer = await app.call("POST", "/v1/checkout/sessions", liveKey, order);
      t.match(
        answer,
        { status: 400, json: { error: { type: "invalid_request_error", code, param } } },
        `${code} ${param}`,
      );
    }
    t.same(await app.db.manager.query("SELECT id FROM checkout_session"), []);
  },
);

await eachEngine(t, "the spec's example creates a session, and reads it back", async (t, engine) => {
  const config = testConfig(engine, { hppUrl: "https://hpp.cardstream.com" });
  const { liveKey } = await createTestMerchant(config);
  const app = await startTestApp(t, config);
  const before = Math.trunc(Date.now() / 1000);
  const created = await app.call("POST", "/v1/checkout/sessions", liveKey, SPEC_REQUEST);
  t.equal(created.status, 200);
  const { id, created: createdAt, ...rest } = created.json;
  t.match(id, /^cs_[0-9A-Za-z]{20,}$/);
  t.ok(createdAt >= before && createdAt <= Date.now() / 1000);
  t.same(rest, {
    customer_creation: null,
    line_items: null,
    object: "checkout.session",
    status: "open",
    url: `https://hpp.cardstream.com/pay/${id}`,
    success_url: "https://yourapp.com/checkout/success",
    cancel_url: "https://yourapp.com/checkout/cancel",
    customer: "cus_abc123",
    payment_intent: null,
    payment_method: null,
    livemode: true,
    currency: "gbp",
    amount_total: 2999,
    expires_at: createdAt + 24 * 3600,
    client_reference_id: null,
    metadata: {},
    payment_status: "unpaid",
    mode: "payment",
    amount_subtotal: 2999,
    total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
    customer_email: null,
    customer_details: null,
    payment_method_types: ["card"],
    payment_method_options: { card: { request_three_d_secure: "automatic" } },
    ui_mode: "hosted",
    locale: null,
    saved_payment_method_options: null,
    submit_type: null,
    setup_intent: null,
    amount_received: 0,
    last_payment_error: null,
  });
  const read = await app.call("GET", `/v1/checkout/sessions/${id}`, liveKey);
  t.equal(read.status, 200);
  t.same(read.json, created.json);
});

await eachEngine(t, "what a merchant adds is kept as it was given", async (t, engine) => {
  const config = testConfig(engine);
  const { testKey } = await createTestMerchant(config);
  const app = await startTestApp(t, config);
  const order = anOrder({
    line_items: [
      aLineItem({ currency: "JPY", unit_amount: 500 }, 3),
      aLineItem({ currency: "jpy", unit_amount: 0 }),
    ],
    success_url: "https://yourapp.com/thanks?session={CHECKOUT_SESSION_ID}",
    client_reference_id: "order 17",
    metadata: { colour: "red", größe: "XL 😀" },
    expires_at: Math.trunc(Date.now() / 1000) + 600,
  });
  const { json } = await app.call("POST", "/v1/checkout/sessions", testKey, order);
  const read = await app.call("GET", `/v1/checkout/sessions/${json.id}`, testKey);
  t.match(read.json, {
    livemode: false,
    currency: "jpy",
    amount_total: 1500,
    success_url: "https://yourapp.com/thanks?session={CHECKOUT_SESSION_ID}",
    client_reference_id: "order 17",
    metadata: { colour: "red", größe: "XL 😀" },
    expires_at: order["expires_at"],
  });
});

await eachEngine(
  t,
  "another merchant's session, and one of the other mode, do not exist",
  async (t, engine) => {
    const config = testConfig(engine);
    const [mine, other] = [
      await createTestMerchant(config, "Mine"),
      await createTestMerchant(config, "Other"),
    ];
    const app = await startTestApp(t, config);
    const { json } = await app.call("POST", "/v1/checkout/sessions", mine.liveKey, anOrder());
    for (const key of [mine.testKey, other.liveKey, other.testKey]) {
      const answer = await app.call("GET", `/v1/checkout/sessions/${json.id}`, key);
      t.match(answer, { status: 404, json: { error: { code: "resource_missing" } } });
    }
    t.equal((await app.call("GET", `/v1/checkout/sessions/${json.id}%20`, mine.liveKey)).status, 404);
    t.equal((await app.call("GET", `/v1/checkout/sessions/${json.id}`, mine.liveKey)).status, 200);
  },
);
