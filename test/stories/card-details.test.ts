import t, { type Test } from "tap";

import { createTestMerchant, startTestApp, testConfig } from "../support/app.js";
import { openPage } from "../support/browser.js";
import { eachEngine, type TestEngine } from "../support/database.js";
import { anOrder } from "../support/orders.js";
import { paidSession } from "../support/paid.js";

const METHODS = "/v1/payment_methods";
const CUSTOMER = { customer: "cus_abc123" };
const NO_CARD = {
  cardNumberMask: undefined,
  cardTypeCode: undefined,
  cardSchemeCode: undefined,
  cardExpiryMonth: undefined,
  cardExpiryYear: undefined,
};

await eachEngine(t, "a card is shown as far as the gateway tells of it", async (t, engine) => {
  const { call, pay } = await shop(t, engine);
  const session = await pay(CUSTOMER, {
    cardTypeCode: "VD",
    cardType: "Visa Debit",
    cardIssuer: "A BANK",
    cardIssuerCountryCode: "DEU",
    customerName: "Ada Lovelace",
    customerEmail: "ada@example.com",
    customerPhone: "+44 20 7946 0000",
    customerTown: "Northampton",
    customerPostcode: "NN17 8YG",
    customerCountryCode: "826",
  });
  const { json: full } = await call("GET", `${METHODS}/${session.payment_method}`);
  t.match(full.card.fingerprint, /^[0-9a-f]{32}$/);
  t.same(full, {
    id: session.payment_method,
    object: "payment_method",
    type: "card",
    allow_redisplay: "limited",
    card: {
      brand: "visa",
      last4: "0821",
      exp_month: 12,
      exp_year: 2029,
      funding: "debit",
      country: "DE",
      fingerprint: full.card.fingerprint,
    },
    billing_details: {
      name: "Ada Lovelace",
      email: "ada@example.com",
      phone: "+44 20 7946 0000",
      address: {
        line1: "Flat 6",
        line2: "347 Lavender Road",
        city: "Northampton",
        state: null,
        postal_code: "NN17 8YG",
        country: "GB",
      },
    },
    customer: "cus_abc123",
    created: full.created,
    livemode: true,
    metadata: {},
  });
  const bare = await pay({}, { ...NO_CARD, customerAddress: undefined });
  t.match((await call("GET", `${METHODS}/${bare.payment_method}`)).json, {
    card: {
      brand: "unknown",
      last4: null,
      exp_month: null,
      exp_year: null,
      funding: "unknown",
      country: null,
      fingerprint: null,
    },
    billing_details: { name: null, email: null, phone: null, address: null },
    customer: null,
  });
});

await eachEngine(t, "a fingerprint groups the cards of one merchant that look alike", async (t, engine) => {
  const { app, mine, other, call, pay } = await shop(t, engine);
  const fingerprint = async ({ payment_method: id }: { payment_method: string }): Promise<string> =>
    (await call("GET", `${METHODS}/${id}`)).json.card.fingerprint;
  const first = await pay(CUSTOMER);
  const again = await pay(CUSTOMER);
  t.not(again.payment_method, first.payment_method, "each completion makes its own");
  t.equal(await fingerprint(again), await fingerprint(first));
  t.not(await fingerprint(await pay(CUSTOMER, { cardExpiryYear: "30" })), await fingerprint(first));
  const theirs = await paidSession(app, other);
  const read = await app.call("GET", `${METHODS}/${theirs.payment_method}`, other.liveKey);
  t.not(
    read.json.card.fingerprint,
    await fingerprint(first),
    "nobody can compare notes with another merchant",
  );
  t.equal(mine.live.gatewayMerchantId, other.live.gatewayMerchantId);
});

await eachEngine(t, "the sandbox tells of a card and its owner what the gateway would", async (t, engine) => {
  const { app, mine } = await shop(t, engine);
  const order = anOrder(CUSTOMER);
  const { json } = await app.call("POST", "/v1/checkout/sessions", mine.testKey, order);
  const cardPage = await (await openPage(json.url)).forms[0]?.submit();
  await cardPage?.forms[0]?.submit({
    cardNumber: "5573471234567898",
    cardExpiryMonth: "12",
    cardExpiryYear: "29",
    cardCVV: "159",
    customerName: " Ada Lovelace ",
    customerEmail: "ada@example.com",
    customerAddress: "1 Merevale Avenue",
    customerPostcode: "LE10 2BU",
  });
  const { json: session } = await app.call("GET", `/v1/checkout/sessions/${json.id}`, mine.testKey);
  t.match((await app.call("GET", `${METHODS}/${session.payment_method}`, mine.testKey)).json, {
    card: { brand: "mastercard", last4: "7898", funding: "debit", country: "GB", fingerprint: /^\w{32}$/ },
    billing_details: {
      name: "Ada Lovelace",
      email: "ada@example.com",
      address: { line1: "1 Merevale Avenue", postal_code: "LE10 2BU" },
    },
    livemode: false,
  });
  const dump = JSON.stringify(await app.db.manager.query("SELECT * FROM payment_method"));
  t.notMatch(dump, /Lovelace|Merevale|557347/, "neither who paid nor the first digits are stored in clear");
});

/** A service with two merchants; calls and payments are those of the first one's live key. */
async function shop(t: Test, engine: TestEngine) {
  const config = testConfig(engine);
  const mine = await createTestMerchant(config, "Mine");
  const other = await createTestMerchant(config, "Other");
  const app = await startTestApp(t, config);
  const call = async (method: string, path: string) => await app.call(method, path, mine.liveKey);
  const pay = async (order?: Record<string, unknown>, result?: Record<string, string | undefined>) =>
    await paidSession(app, mine, order, result);
  return { app, mine, other, call, pay };
}
