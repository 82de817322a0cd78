import { status } from "@grpc/grpc-js";
import t, { type Test } from "tap";

import {
  createTestMerchant,
  startTestApp,
  type TestApp,
  testConfig,
  type TestMerchant,
} from "../support/app.js";
import { openPage } from "../support/browser.js";
import { eachEngine, onSqlite, type TestEngine, until } from "../support/database.js";
import { type Message, paidMessage, signedBody } from "../support/gateway.js";
import { connect } from "../support/grpc.js";
import { HELD } from "../support/held.js";
import { anOrder } from "../support/orders.js";
import { bring, callback, type Session } from "../support/results.js";

const SESSIONS = "/v1/checkout/sessions";
const SETUP = { mode: "setup", success_url: "https://yourapp.com/saved" };
const CARD = { cardNumber: "4929421234600821", cardExpiryMonth: "12", cardExpiryYear: "29", cardCVV: "356" };

await eachEngine(t, "a session in mode setup has nothing to be paid, and says so", async (t, engine) => {
  const { app, mine } = await shop(t, engine);
  const create = async (changes: object) =>
    await app.call("POST", SESSIONS, mine.testKey, { ...SETUP, ...changes });
  const refused: [object, string, string][] = [
    [{ line_items: anOrder()["line_items"] }, "parameter_unsupported", "line_items"],
    [{ payment_intent_data: { description: "x" } }, "parameter_unsupported", "payment_intent_data"],
    [{ currency: "xyz" }, "currency_invalid", "currency"],
    [{ mode: "payment" }, "parameter_missing", "line_items"],
    [anOrder({ mode: "payment", currency: "gbp" }), "parameter_unsupported", "currency"],
    [anOrder({ mode: "payment", setup_intent_data: {} }), "parameter_unsupported", "setup_intent_data"],
  ];
  for (const [changes, code, param] of refused)
    t.match(await create(changes), { status: 400, json: { error: { code, param } } }, param);
  t.match((await create({ currency: "EUR" })).json, {
    mode: "setup",
    status: "open",
    payment_status: "no_payment_required",
    currency: "eur",
    amount_total: 0,
    customer_creation: "always",
    setup_intent: null,
    payment_intent: null,
  });
});

await eachEngine(t, "a card is saved on the pay page, and charged later", async (t, engine) => {
  const { app, mine } = await shop(t, engine);
  const call = async (method: string, path: string, body?: object) =>
    (await app.call(method, path, mine.testKey, body)).json;
  const data = { description: "a card for later", metadata: { order: "17" } };
  const created = await call("POST", SESSIONS, { ...SETUP, setup_intent_data: data });
  const payPage = await openPage(created.url);
  t.match(payPage.text, /Taking you to the page that saves your card/);
  t.notMatch(payPage.text, /£|GBP|payment/);
  const form = new Map(payPage.forms[0]?.fields);
  t.same(
    ["action", "amount", "currencyCode", "rtAgreementType"].map((name) => form.get(name)),
    ["VERIFY", "0", "826", "cardonfile"],
  );
  const cardPage = await payPage.forms[0]?.submit();
  t.match(cardPage?.text, /Save card/);
  await cardPage?.forms[0]?.submit({ ...CARD, customerEmail: "ada@example.com" });
  const expand = "expand[]=setup_intent.payment_method&expand[]=customer";
  const session = await call("GET", `${SESSIONS}/${created.id}?${expand}`);
  t.match(session, {
    status: "complete",
    payment_status: "no_payment_required",
    payment_intent: null,
    payment_method: /^pm_/,
    customer: { id: /^cus_/, email: "ada@example.com" },
    setup_intent: {
      id: created.id.replace("cs_", "seti_"),
      object: "setup_intent",
      status: "succeeded",
      usage: "off_session",
      payment_method: { id: session.payment_method, customer: session.customer.id, card: { last4: "0821" } },
      customer: session.customer.id,
      ...data,
    },
  });
  const intent = await call("GET", `/v1/setup_intents/${session.setup_intent.id}`);
  t.match(intent, { payment_method: session.payment_method, livemode: false });
  t.same((await call("GET", "/v1/payment_intents")).data, [], "nothing is recorded as a payment");
  t.match(
    await call("POST", "/v1/payment_intents", {
      customer: session.customer.id,
      payment_method: session.payment_method,
      amount: 1000,
      currency: "gbp",
      confirm: true,
      off_session: true,
    }),
    { status: "succeeded", amount_received: 1000 },
  );
  const types = await until("its events are numbered", async () => {
    const { data: events } = await call("GET", "/v1/events?limit=100");
    const found = (events as { type: string; sequence: number }[])
      .toSorted((a, b) => a.sequence - b.sequence)
      .map(({ type }) => type);
    return found.includes("payment_intent.succeeded") ? found : undefined;
  });
  t.same(types?.slice(0, 5), [
    "customer.created",
    "customer.created",
    "payment_method.attached",
    "setup_intent.succeeded",
    "checkout.session.completed",
  ]);
});

await eachEngine(t, "a verification of which nothing arrived is found by asking", async (t, engine) => {
  const { app, mine } = await shop(t, engine);
  const call = async (method: string, path: string, body?: object) =>
    (await app.call(method, path, mine.testKey, body)).json;
  const faults = { faults: [{ type: "callback_dropped" }, { type: "redirect_lost" }] };
  await call("POST", "/v1/test_helpers/gateway_faults", faults);
  const created = await call("POST", SESSIONS, SETUP);
  const cardPage = await (await openPage(created.url)).forms[0]?.submit();
  await cardPage?.forms[0]?.submit(CARD);
  const read = () => call("GET", `${SESSIONS}/${created.id}`);
  t.match(await read(), { status: "open" });
  await call("POST", "/v1/test_helpers/clock/advance", { seconds: 60 });
  await until("the gateway was asked", async () => (await read()).status === "complete");
  t.match(await read(), { setup_intent: /^seti_/, payment_intent: null });
});

await eachEngine(t, "no sale and no amount completes a session that saves a card", async (t, engine) => {
  const { app, mine } = await shop(t, engine);
  const wrong: Record<string, string | undefined>[] = [
    { action: "SALE", amount: "2999", amountReceived: "2999", state: "captured" },
    { action: "SALE" },
    { amount: "2999" },
    { amountReceived: "1" },
  ];
  for (const changes of wrong) {
    const session = await newSetup(app, mine);
    await callback(app, verifiedBody(session, mine, changes));
    const { json: read } = await app.call("GET", `${SESSIONS}/${session.id}`, mine.liveKey);
    const waits = { status: "open", payment_status: "held", setup_intent: null, payment_intent: null };
    t.match(read, waits, JSON.stringify(changes));
    const { json: list } = await app.call("GET", `${HELD}?resolved=false&limit=1`, mine.liveKey);
    t.match(list.data[0], {
      checkout_session: session.id,
      reason: "setup_mismatch",
      possible_resolutions: ["return", "dismiss"],
    });
    const path = `${HELD}/${list.data[0].id}/resolve`;
    t.match(await app.call("POST", path, mine.liveKey, { resolution: "accept" }), {
      status: 400,
      json: { error: { code: "resolution_not_possible" } },
    });
    const dismissed = { resolution: "dismiss", note: "looked up" };
    t.equal((await app.call("POST", path, mine.liveKey, dismissed)).status, 200);
    const { json: over } = await app.call("GET", `${SESSIONS}/${session.id}`, mine.liveKey);
    t.equal(over.payment_status, "no_payment_required", "nothing waits any more");
  }
  const { json: intents } = await app.call("GET", "/v1/payment_intents", mine.liveKey);
  t.same(intents.data, []);
});

await eachEngine(t, "a verification pays no session that is to be paid", async (t, engine) => {
  const { app, mine } = await shop(t, engine);
  const { json: session } = await app.call("POST", SESSIONS, mine.liveKey, anOrder());
  await callback(app, verifiedBody(session, mine));
  t.match((await app.call("GET", `${SESSIONS}/${session.id}`, mine.liveKey)).json, {
    status: "open",
    payment_status: "held",
  });
  t.match((await app.call("GET", HELD, mine.liveKey)).json.data, [{ reason: "action_mismatch" }]);
});

await eachEngine(t, "however often and by whatever way it comes, one card is saved", async (t, engine) => {
  const { app, mine } = await shop(t, engine);
  const session = await newSetup(app, mine);
  const body = verifiedBody(session, mine);
  await Promise.all(
    Array.from({ length: 8 }, (_, index) =>
      index % 2 === 0 ? callback(app, body) : bring(app, session.id, body),
    ),
  );
  const count = async (table: string): Promise<number> =>
    Number((await app.db.manager.query(`SELECT count(*) AS n FROM ${table}`))[0].n);
  t.equal(await count("payment_method"), 1);
  t.equal(await count("payment_intent"), 0);
  await callback(app, verifiedBody(session, mine, { transactionID: "77", xref: "77" }));
  t.equal(await count("payment_method"), 1, "another card is not saved over it");
  t.match((await app.call("GET", HELD, mine.liveKey)).json.data, [{ reason: "setup_mismatch" }]);
});

await onSqlite(t, "over gRPC a setup intent is read as well, and only by its merchant", async (t, engine) => {
  const { app, mine, other } = await shop(t, engine);
  const session = await newSetup(app, mine);
  const id = session.id.replace("cs_", "seti_");
  const client = await connect(app.urls.grpc, { service: "SetupIntentService" });
  t.teardown(() => client.close());
  t.equal(
    (await client.call("getSetupIntent", { id }, mine.liveKey)).error?.code,
    status.NOT_FOUND,
    "not yet",
  );
  await callback(app, verifiedBody(session, mine));
  for (const key of [other.liveKey, mine.testKey])
    t.equal((await client.call("getSetupIntent", { id }, key)).error?.code, status.NOT_FOUND);
  t.match((await client.call("getSetupIntent", { id }, mine.liveKey)).answer, { setup_intent: { id } });
  t.match(await app.call("GET", "/v1/setup_intents/seti_none", mine.liveKey), {
    status: 404,
    json: { error: { code: "resource_missing", param: "id" } },
  });
});

async function shop(t: Test, engine: TestEngine) {
  const config = testConfig(engine);
  const mine = await createTestMerchant(config, "Mine");
  const other = await createTestMerchant(config, "Other");
  const app = await startTestApp(t, config);
  return { app, mine, other };
}

async function newSetup(app: TestApp, { liveKey }: TestMerchant): Promise<Session> {
  return (await app.call("POST", SESSIONS, liveKey, SETUP)).json as Session;
}

/** What the gateway says of a card that it has verified for a session, signed. */
function verifiedBody(
  session: Session,
  { live }: TestMerchant,
  changes: Record<string, string | undefined> = {},
): string {
  const verified = { action: "VERIFY", amount: "0", amountReceived: "0", state: "verified" };
  const message: Message = paidMessage(session, live.gatewayMerchantId, { ...verified, ...changes });
  return signedBody(message, live.secret);
}
