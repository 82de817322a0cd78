import t from "tap";

import { createTestMerchant, startTestApp, testConfig } from "../support/app.js";
import { type BrowserForm, openPage } from "../support/browser.js";
import { openCardShop } from "../support/charges.js";
import { eachEngine } from "../support/database.js";
import { paidMessage, signedBody } from "../support/gateway.js";
import { aLineItem, anOrder } from "../support/orders.js";
import { paidSession } from "../support/paid.js";
import { callback } from "../support/results.js";

const CREATE = "/v1/checkout/sessions";

await eachEngine(
  t,
  "what cannot be done is refused by its name, with what to do instead",
  async (t, engine) => {
    const config = testConfig(engine);
    const { testKey } = await createTestMerchant(config);
    const app = await startTestApp(t, config);
    const unsupported: [Record<string, unknown>, string, RegExp][] = [
      [{ mode: "subscription" }, "mode", /POST \/v1\/payment_intents/],
      [{ mode: "setup" }, "line_items", /customer_creation=always/],
      [{ allow_promotion_codes: true }, "allow_promotion_codes", /reduced price/],
      [{ automatic_tax: { enabled: true } }, "automatic_tax.enabled", /prices that include/],
      [{ invoice_creation: { enabled: true } }, "invoice_creation.enabled", /completed arrives/],
      [
        { phone_number_collection: { enabled: true } },
        "phone_number_collection.enabled",
        /before the checkout/,
      ],
      [{ billing_address_collection: "required" }, "billing_address_collection", /auto/],
      [
        { payment_method_options: { card: { request_three_d_secure: "any" } } },
        "payment_method_options.card.request_three_d_secure",
        /automatic/,
      ],
    ];
    for (const [changes, param, instead] of unsupported) {
      const answer = await app.call("POST", CREATE, testKey, anOrder(changes));
      t.match(answer, { status: 400, json: { error: { code: "parameter_unsupported", param } } }, param);
      t.match(answer.json.error.message, instead);
    }
    const wrong: [Record<string, unknown>, string, string, RegExp][] = [
      [
        { line_items: [{ price: "price_1", quantity: 1 }] },
        "parameter_unknown",
        "line_items[0].price",
        /price_data/,
      ],
      [{ discounts: [] }, "parameter_unknown", "discounts", /reduced price/],
      [
        { payment_method_types: ["card", "link"] },
        "parameter_invalid",
        "payment_method_types[1]",
        /send card/,
      ],
      [{ ui_mode: "embedded_page" }, "parameter_invalid", "ui_mode", /send hosted/],
      [{ locale: "en\n" }, "parameter_invalid", "locale", /locale/],
      [{ customer_email: "ada" }, "parameter_invalid", "customer_email", /customer_email/],
      [
        { customer: "cus_abc123", customer_email: "a@b.example" },
        "parameters_exclusive",
        "customer_email",
        /not both/,
      ],
      [{ cancel_url: "/basket" }, "url_invalid", "cancel_url", /absolute/],
      [
        { payment_intent_data: { metadata: { __proto__: null, ["a[b]"]: "x" } } },
        "parameter_invalid",
        "",
        /brackets/,
      ],
    ];
    for (const [changes, code, param, text] of wrong) {
      const answer = await app.call("POST", CREATE, testKey, anOrder(changes));
      t.match(answer, { status: 400, json: { error: { code } } }, `${code} ${param}`);
      if (param !== "") t.equal(answer.json.error.param, param);
      t.match(answer.json.error.message, text);
    }
    t.same(await app.db.manager.query("SELECT id FROM checkout_session"), []);
  },
);

await eachEngine(t, "what changes nothing is taken, and what is kept is answered", async (t, engine) => {
  const config = testConfig(engine);
  const { testKey } = await createTestMerchant(config);
  const app = await startTestApp(t, config);
  const product = {
    name: "Plan",
    description: "Two seats",
    images: ["https://a.example/b.png"],
    metadata: { sku: "7" },
  };
  const order = anOrder({
    mode: "payment",
    line_items: [aLineItem({ product_data: product, tax_behavior: "inclusive" }, 2), aLineItem()],
    cancel_url: undefined,
    customer_email: "ada@example.com",
    payment_method_types: ["card"],
    payment_method_options: { card: { request_three_d_secure: "automatic" } },
    ui_mode: "hosted_page",
    locale: "de-AT",
    submit_type: "donate",
    allow_promotion_codes: false,
    automatic_tax: { enabled: false },
    billing_address_collection: "auto",
    customer_creation: "if_required",
    payment_intent_data: { description: "Order 17", metadata: { order: "17" }, capture_method: "automatic" },
  });
  const { json } = await app.call("POST", CREATE, testKey, { ...order, expand: ["line_items"] });
  t.match(json, {
    mode: "payment",
    cancel_url: null,
    amount_subtotal: 8997,
    amount_total: 8997,
    total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
    customer_email: "ada@example.com",
    customer_details: { email: "ada@example.com", name: null, phone: null, address: null },
    customer_creation: null,
    payment_method_types: ["card"],
    payment_method_options: { card: { request_three_d_secure: "automatic" } },
    ui_mode: "hosted_page",
    locale: "de-AT",
    submit_type: "donate",
  });
  const [item, other] = json.line_items.data;
  t.match(item, { amount_subtotal: 5998, amount_discount: 0, amount_tax: 0, description: "Plan" });
  t.match(item.price, { object: "price", unit_amount: 2999, currency: "gbp", type: "one_time", product });
  t.match(other.price.product, { name: "Pro Plan — Monthly", description: null, images: [], metadata: {} });
  const read = await app.call("GET", `${CREATE}/${json.id}?expand[]=line_items`, testKey);
  t.same(read.json, json);
});

await eachEngine(
  t,
  "a shopper who cancels without a cancel_url gets the payment page again",
  async (t, engine) => {
    const { call, app } = await openCardShop(t, engine);
    const { json } = await call(
      "POST",
      CREATE,
      anOrder({ cancel_url: undefined, customer_email: "ada@example.com" }),
    );
    const form = (await openPage(json.url)).forms[0];
    t.equal(
      fieldOf(form, "customerEmail"),
      "ada@example.com",
      "the gateway's page begins with the email address",
    );
    const cardPage = await form?.submit();
    const cancel = cardPage?.forms.find(({ action }) => /cancel/.test(action)) ?? cardPage?.forms.at(-1);
    const back = await cancel?.submit();
    t.match(fieldOf(back?.forms[0], "transactionUnique"), new RegExp(`^${json.id}`), "a form of the session");
    t.equal((await call("GET", `${CREATE}/${json.id}`)).json.status, "open");
    await call("POST", `${CREATE}/${json.id}/expire`, {});
    const page = await (await fetch(json.url)).text();
    t.match(page, /expired/);
    t.notMatch(page, /Back to/, "there is no shop to go back to");
    t.equal(app.logged.filter((line) => line.includes("unexpected error")).length, 0);
  },
);

await eachEngine(
  t,
  "a paid session tells who paid, and its payment what the merchant said",
  async (t, engine) => {
    const config = testConfig(engine);
    const merchant = await createTestMerchant(config);
    const app = await startTestApp(t, config);
    const session = await paidSession(
      app,
      merchant,
      {
        payment_intent_data: {
          description: "Order 17",
          metadata: { order: "17" },
          setup_future_usage: "off_session",
        },
      },
      { customerName: "Ada Lovelace", customerEmail: "ada@example.com", customerTown: "Northampton" },
    );
    const who = { name: "Ada Lovelace", email: "ada@example.com", address: { city: "Northampton" } };
    t.match(session.customer_details, who);
    t.match(session.customer, /^cus_/, "a card that is to be charged later belongs to a customer");
    const intent = await app.call("GET", `/v1/payment_intents/${session.payment_intent}`, merchant.liveKey);
    t.match(intent.json, { description: "Order 17", metadata: { order: "17" } });
    const events = await app.db.manager.query(
      "SELECT object FROM event WHERE type = 'checkout.session.completed'",
    );
    t.notMatch(events[0].object, /Ada/, "what people are called is stored sealed");

    const { json: open } = await app.call(
      "POST",
      CREATE,
      merchant.liveKey,
      anOrder({ customer_email: "grace@example.com", customer_creation: "always" }),
    );
    const silent = { customerName: undefined, customerEmail: undefined };
    const message = paidMessage(open, merchant.live.gatewayMerchantId, {
      ...silent,
      transactionID: "77",
      xref: "77",
    });
    await callback(app, signedBody(message, merchant.live.secret));
    const { json: other } = await app.call("GET", `${CREATE}/${open.id}?expand[]=customer`, merchant.liveKey);
    t.match(other, { status: "complete", customer_details: { email: "grace@example.com" } });
    t.equal(
      other.customer.email,
      "grace@example.com",
      "what the merchant knows stands in for what was not told",
    );
  },
);

function fieldOf(form: BrowserForm | undefined, name: string): string | undefined {
  return form?.fields.find(([field]) => field === name)?.[1];
}
