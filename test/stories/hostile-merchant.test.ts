import type { Test } from "tap";
import t from "tap";

import { postponeRefunds } from "../../src/db/tables/refunds.js";
import { inTransaction } from "../../src/db/transaction.js";
import {
  createTestMerchant,
  startTestApp,
  type TestApp,
  testConfig,
  type TestMerchant,
} from "../support/app.js";
import { openPage } from "../support/browser.js";
import { chargeOf, CUSTOMER, INTENTS } from "../support/charges.js";
import { eachEngine, type TestEngine, until } from "../support/database.js";
import { type Message, paidMessage, signedBody } from "../support/gateway.js";
import { anOrder } from "../support/orders.js";
import { callback } from "../support/results.js";
import { type GatewayReply, type ScriptedGateway, startGateway } from "../support/scripted-gateway.js";
import { openDesk } from "../support/sandbox-desk.js";

const CARD = { cardNumber: "4929421234600821", cardExpiryMonth: "12", cardExpiryYear: "29", cardCVV: "356" };

// One merchant's account at the gateway is dead, or its tests make it so: no other merchant gets to feel it.

await eachEngine(
  t,
  "while one live account is dead, the charges of another go through",
  async (t, engine) => {
    const story = await openStory(t, engine);
    const { app, gateway, hostile, other } = story;
    const [dead, alive] = [await payLive(story, hostile), await payLive(story, other)];
    gateway.answer(({ fields }) => {
      const { xref = "", action = "", amount = "", transactionUnique = "", orderRef = "" } = fields;
      if (xref === dead.message["xref"]) return { status: 503, body: "" };
      const own = { action, amount, amountReceived: amount, transactionUnique, orderRef };
      const named = { transactionID: transactionUnique, xref: `X${transactionUnique}` };
      return signedReply(other, { ...alive.message, ...own, ...named });
    });
    await kill(t, app, hostile.liveKey, dead.card);
    t.same(await chargeTwenty(app, other.liveKey, alive.card), ["succeeded"]);
  },
);

await eachEngine(
  t,
  "while one makes its sandbox fail, another's test charges go through",
  async (t, engine) => {
    const { app, hostile, other } = await openStory(t, engine);
    const [dead, alive] = [await payInSandbox(app, hostile), await payInSandbox(app, other)];
    await (await openDesk(app, hostile)).setFaults("direct_error");
    await kill(t, app, hostile.testKey, dead);
    t.same(await chargeTwenty(app, other.testKey, alive), ["succeeded"]);
  },
);

await eachEngine(t, "the refunds of one that is not answered keep no other's waiting", async (t, engine) => {
  const story = await openStory(t, engine);
  const { app, gateway, hostile, other } = story;
  const dead = [];
  for (let count = 0; count < 12; count++) dead.push(await payLive(story, hostile));
  const alive = await payLive(story, other);
  const deadXrefs = new Set(dead.map(({ message }) => message["xref"]));
  const messages = new Map([...dead, alive].map(({ message }) => [message["xref"], message]));
  const settling = ({ fields }: { fields: Readonly<Record<string, string>> }): GatewayReply => {
    const message = messages.get(fields["xref"]) ?? {};
    const scope = deadXrefs.has(fields["xref"]) ? hostile : other;
    return signedReply(scope, { ...message, state: "tendered" });
  };
  gateway.answer(settling);
  for (const { payment } of dead) await refund(t, app, hostile.liveKey, payment);
  await refund(t, app, other.liveKey, alive.payment);
  const asked: string[] = [];
  gateway.answer(({ fields }) => {
    const { xref = "", action = "", amount = "0", transactionUnique = "" } = fields;
    if (deadXrefs.has(xref)) {
      asked.push(xref);
      return "silence";
    }
    const sale = { ...alive.message, state: "accepted", amountRefunded: "0" };
    if (action === "QUERY") return signedReply(other, sale);
    return signedReply(other, {
      ...sale,
      action,
      amount,
      amountReceived: amount,
      amountRefunded: amount,
      transactionUnique,
      orderRef: transactionUnique,
      transactionID: "777",
      xref: "XREFUND",
    });
  });
  await becomeDue(
    app,
    dead.map(({ payment }) => payment),
    1,
  );
  await until("the dead account is asked", () => asked.length > 0);
  await becomeDue(app, [alive.payment], 2);
  await until("the other's refund is made", async () => {
    const { json } = await app.call("GET", `/v1/refunds?payment_intent=${alive.payment}`, other.liveKey);
    return json.data[0].status === "succeeded";
  });
  t.ok(
    asked.length <= 4,
    `${asked.length} questions about the dead account are under way, and none has timed out`,
  );
  await gateway.close(); // The service does not wait for it when it closes.
});

interface Story {
  readonly app: TestApp;
  readonly gateway: ScriptedGateway;
  readonly hostile: TestMerchant;
  readonly other: TestMerchant;
}

async function openStory(t: Test, engine: TestEngine): Promise<Story> {
  const gateway = await startGateway(t);
  const config = testConfig(engine, { cardstreamUrl: gateway.url });
  const hostile = await createTestMerchant(config, "Hostile shop");
  const other = await createTestMerchant(config, "Other shop");
  return { app: await startTestApp(t, config), gateway, hostile, other };
}

/** A live payment whose customer leaves the card. */
async function payLive({ app }: Story, { live, liveKey }: TestMerchant) {
  const { json } = await app.call("POST", "/v1/checkout/sessions", liveKey, anOrder({ customer: CUSTOMER }));
  const message = paidMessage(json, live.gatewayMerchantId);
  await callback(app, signedBody(message, live.secret));
  const path = `/v1/checkout/sessions/${json.id}`;
  const { payment_intent, payment_method } = (await app.call("GET", path, liveKey)).json;
  return { message, payment: String(payment_intent), card: String(payment_method) };
}

async function payInSandbox(app: TestApp, { testKey }: TestMerchant): Promise<string> {
  const { json } = await app.call("POST", "/v1/checkout/sessions", testKey, anOrder({ customer: CUSTOMER }));
  const cardPage = await (await openPage(json.url)).forms[0]?.submit();
  await cardPage?.forms[0]?.submit(CARD);
  return (await app.call("GET", `/v1/checkout/sessions/${json.id}`, testKey)).json.payment_method;
}

/** Charges until the account's charges are refused: the gateway has failed it five times in a row. */
async function kill(t: Test, app: TestApp, key: string, card: string): Promise<void> {
  for (let time = 0; time < 5; time++) {
    t.match(await app.call("POST", INTENTS, key, chargeOf(card)), { json: { status: "processing" } });
  }
  const refused = await app.call("POST", INTENTS, key, chargeOf(card));
  t.match(refused, { status: 503, json: { error: { code: "gateway_unavailable" } } });
}

/** What became of twenty charges. */
async function chargeTwenty(app: TestApp, key: string, card: string): Promise<string[]> {
  const amounts = Array.from({ length: 20 }, (_, index) => 1200 + index);
  const charges = amounts.map((amount) => app.call("POST", INTENTS, key, { ...chargeOf(card), amount }));
  const seen = (await Promise.all(charges)).map(({ json }) => json.status ?? json.error.code);
  return [...new Set(seen)];
}

async function refund(t: Test, app: TestApp, key: string, payment: string): Promise<void> {
  const answer = await app.call("POST", "/v1/refunds", key, { payment_intent: payment, amount: 100 });
  t.match(answer, { status: 200, json: { status: "pending" } });
}

async function becomeDue({ db }: TestApp, payments: readonly string[], at: number): Promise<void> {
  await inTransaction(db, "READ COMMITTED", async (tx) => {
    for (const payment of payments) await postponeRefunds(tx, payment, at);
  });
}

function signedReply({ live }: TestMerchant, message: Message): GatewayReply {
  return { body: signedBody(message, live.secret) };
}
