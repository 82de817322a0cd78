import { status } from "@grpc/grpc-js";
import t, { type Test } from "tap";

import { createTestMerchant, startTestApp, testConfig } from "../support/app.js";
import { openPage } from "../support/browser.js";
import { eachEngine, type TestEngine } from "../support/database.js";
import { paidMessage, signedBody } from "../support/gateway.js";
import { connect } from "../support/grpc.js";
import { anOrder } from "../support/orders.js";
import { paidSession } from "../support/paid.js";
import { bring, callback } from "../support/results.js";

const SESSIONS = "/v1/checkout/sessions";
const ALWAYS = { customer_creation: "always" };
const CARD = { cardNumber: "4929421234600821", cardExpiryMonth: "12", cardExpiryYear: "29", cardCVV: "356" };

await eachEngine(t, "a session has a customer or makes one, not both", async (t, engine) => {
  const { app, mine } = await shop(t, engine);
  const create = async (changes: object) =>
    await app.call("POST", SESSIONS, mine.testKey, anOrder({ ...changes }));
  t.match(await create({ customer: "cus_abc123", ...ALWAYS }), {
    status: 400,
    json: { error: { code: "parameters_exclusive", param: "customer_creation" } },
  });
  const unknown = { status: 400, json: { error: { code: "parameter_invalid", param: "customer_creation" } } };
  t.match(await create({ customer_creation: "sometimes" }), unknown);
  t.match((await create({})).json, { customer: null, customer_creation: null });
  t.match((await create(ALWAYS)).json, { customer: null, customer_creation: "always" });
});

await eachEngine(t, "a session that is to make no customer makes none", async (t, engine) => {
  const { app, mine } = await shop(t, engine);
  const who = { customerName: "Ada Lovelace", customerEmail: "ada@example.com" };
  t.match(await paidSession(app, mine, {}, who), { status: "complete", customer: null });
  t.same(
    (await app.call("GET", "/v1/customers", mine.liveKey)).json.data.length,
    1,
    "the one that was there",
  );
});

await eachEngine(t, "a session makes its customer of what the shopper gave", async (t, engine) => {
  const { app, mine } = await shop(t, engine);
  const headers = { "idempotency-key": "order 17" };
  const create = async () => await app.call("POST", SESSIONS, mine.testKey, anOrder(ALWAYS), headers);
  const created = await create();
  const payPage = await openPage(created.json.url);
  const form = new Map(payPage.forms[0]?.fields);
  t.same(
    ["rtAgreementType", "customerNameMandatory", "customerEmailMandatory"].map((name) => form.get(name)),
    ["cardonfile", "N", "N"],
    "the shopper is asked who they are, and agrees that the card is kept",
  );
  const cardPage = await payPage.forms[0]?.submit();
  await cardPage?.forms[0]?.submit({
    ...CARD,
    customerName: "Ada Lovelace",
    customerEmail: "ada@example.com",
  });
  const { json: session } = await app.call("GET", `${SESSIONS}/${created.json.id}`, mine.testKey);
  t.match(session, { status: "complete", customer: /^cus_[0-9A-Za-z]{29}$/, customer_creation: "always" });
  t.match((await app.call("GET", `/v1/customers/${session.customer}`, mine.testKey)).json, {
    name: "Ada Lovelace",
    email: "ada@example.com",
    metadata: {},
    livemode: false,
    phone: null,
    description: null,
    address: null,
  });
  const { json: cards } = await app.call(
    "GET",
    `/v1/customers/${session.customer}/payment_methods`,
    mine.testKey,
  );
  t.match(cards.data, [{ id: session.payment_method, customer: session.customer }]);
  const intent = await app.call("GET", `/v1/payment_intents/${session.payment_intent}`, mine.testKey);
  t.equal(intent.json.customer, session.customer);
  const detach = `/v1/payment_methods/${session.payment_method}/detach`;
  await app.call("POST", detach, mine.testKey);
  const attach = await app.call("POST", detach.replace("detach", "attach"), mine.testKey, {
    customer: "cus_abc123",
  });
  t.equal(attach.status, 200, "the shopper agreed that the card is kept");
  t.equal((await create()).text, created.text, "the first answer again knows of no customer yet");
});

await eachEngine(t, "whatever the gateway says of the shopper, the payment counts", async (t, engine) => {
  const { app, mine } = await shop(t, engine);
  const customerOf = async (who: Record<string, string | undefined>) => {
    const session = await paidSession(app, mine, ALWAYS, who);
    t.equal(session.status, "complete");
    return (await app.call("GET", `/v1/customers/${session.customer}`, mine.liveKey)).json;
  };
  t.match(await customerOf({}), { name: null, email: null });
  t.match(await customerOf({ customerName: "n".repeat(2000), customerEmail: "not an address" }), {
    name: "n".repeat(256),
    email: null,
  });
  t.match(await customerOf({ customerName: "Ada\r\nLovelace" }), { name: "Ada Lovelace" });
});

await eachEngine(t, "a result that comes by all ways at once makes one customer", async (t, engine) => {
  const { app, mine } = await shop(t, engine);
  const { json: session } = await app.call("POST", SESSIONS, mine.liveKey, anOrder(ALWAYS));
  const message = paidMessage(session, mine.live.gatewayMerchantId, { customerEmail: "ada@example.com" });
  const body = signedBody(message, mine.live.secret);
  await Promise.all(
    Array.from({ length: 8 }, (_, index) =>
      index % 2 === 0 ? callback(app, body) : bring(app, session.id, body),
    ),
  );
  const [{ n }] = await app.db.manager.query(
    "SELECT count(*) AS n FROM customer WHERE email = 'ada@example.com'",
  );
  t.equal(Number(n), 1);
});

await eachEngine(t, "over gRPC a session makes its customer as well", async (t, engine) => {
  const { app, mine } = await shop(t, engine);
  const client = await connect(app.urls.grpc);
  t.teardown(() => client.close());
  const create = async (changes: object) =>
    await client.call("createCheckoutSession", anOrder({ ...changes }), mine.testKey);
  const always = { customer_creation: "CHECKOUT_SESSION_CUSTOMER_CREATION_ALWAYS" };
  t.equal((await create({ ...always, customer: "cus_abc123" })).error?.code, status.INVALID_ARGUMENT);
  t.match((await create(always)).answer.checkout_session, always);
});

/** A service with a merchant. */
async function shop(t: Test, engine: TestEngine) {
  const config = testConfig(engine);
  const mine = await createTestMerchant(config);
  return { app: await startTestApp(t, config), mine };
}
