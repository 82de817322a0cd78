import type { Test } from "tap";
import t from "tap";

import type { CheckoutPoint } from "../../src/checkout/context.js";
import { postponeRefunds } from "../../src/db/tables/refunds.js";
import { inTransaction } from "../../src/db/transaction.js";
import {
  createTestMerchant,
  startTestApp,
  type TestApp,
  testConfig,
  type TestMerchant,
} from "../support/app.js";
import { environmentOf } from "../support/command.js";
import { onMysql, signal, type TestEngine, until } from "../support/database.js";
import { type Message, paidMessage, signedBody } from "../support/gateway.js";
import { anOrder } from "../support/orders.js";
import { callback, type Session } from "../support/results.js";
import { type ScriptedGateway, startGateway } from "../support/scripted-gateway.js";
import { serve } from "../support/serve.js";

// Two processes of the service on one database: this one, and one whose machine's clock is wrong.

const HOUR = 3_600_000;

/** The longest pause of a timer. */
const NEVER = 2 ** 31 - 1;

await onMysql(t, "beside one whose clock is an hour ahead", async (t, engine) => {
  const story = await openStory(t, engine, [HOUR], { background: false });
  await t.test("what both write sorts in the order of writing", (t) => writeInTurn(t, story));
  await t.test("a refund under way is left to its sender", (t) =>
    refundSlowly(t, story, story.app.local, story.gatewayAsked),
  );
});

for (const [name, wrong] of [
  ["is an hour behind", [-HOUR]],
  ["jumps by two hours", [HOUR, -HOUR]],
] as const) {
  await onMysql(t, `a refund under way is left to its sender, whose clock ${name}`, async (t, engine) => {
    const story = await openStory(t, engine, wrong, { background: true });
    await refundSlowly(t, story, story.other, story.claimedHere);
  });
}

async function writeInTurn(t: Test, { app, other, merchant }: Story): Promise<void> {
  const created: string[] = [];
  for (const url of [app.local, other, app.local, other]) {
    const { json } = await post(url, "/v1/checkout/sessions", merchant.liveKey, anOrder());
    t.ok(Math.abs(json.created * 1000 - Date.now()) < 10_000, "created now, whoever was asked");
    created.push(json.id);
  }
  const { data } = (await app.call("GET", "/v1/checkout/sessions", merchant.liveKey)).json;
  t.same(
    data
      .map(({ id }: Session) => id)
      .slice(0, 4)
      .toReversed(),
    created,
  );
}

interface Story {
  readonly app: TestApp;
  readonly merchant: TestMerchant;
  readonly gateway: ScriptedGateway;
  /** Address of the process whose clock is wrong. */
  readonly other: string;
  readonly sales: Map<string, Message>;
  /** How often the gateway was asked about a payment, and this process took one for a refund. */
  readonly gatewayAsked: (xref: string) => number;
  readonly claimedHere: () => number;
}

/** `background`: whether this process does what is done in the background, or only the other one. */
async function openStory(
  t: Test,
  engine: TestEngine,
  wrong: readonly number[],
  { background }: { readonly background: boolean },
): Promise<Story> {
  const gateway = await startGateway(t);
  const config = testConfig(engine, { cardstreamUrl: gateway.url });
  const merchant = await createTestMerchant(config);
  let claimed = 0;
  const checkpoint = async (point: CheckoutPoint): Promise<void> => {
    if (point === "refund leased") claimed++;
  };
  const never = {
    sweep: NEVER,
    reconcile: NEVER,
    resume: NEVER,
    settle: NEVER,
    number: NEVER,
    sweepEvents: NEVER,
    deliver: NEVER,
  };
  const app = await startTestApp(t, config, background ? { checkpoint } : { pauses: never });
  const env = {
    WRONG_CLOCK_MS: wrong.join(","),
    NODE_OPTIONS: "--import=./dist/test/support/wrong-clock.js",
  };
  const { url } = await serve(t, { ...environmentOf(config), ...env });
  const asked = (xref: string): number =>
    gateway.requests.filter(({ fields }) => fields["action"] === "QUERY" && fields["xref"] === xref).length;
  return {
    app,
    merchant,
    gateway,
    other: url,
    sales: new Map(),
    gatewayAsked: asked,
    claimedHere: () => claimed,
  };
}

async function pay({ app, merchant, sales }: Story): Promise<{ payment: string; xref: string }> {
  const { json } = await app.call("POST", "/v1/checkout/sessions", merchant.liveKey, anOrder());
  const message = paidMessage(json, merchant.live.gatewayMerchantId);
  await callback(app, signedBody(message, merchant.live.secret));
  const { payment_intent: payment } = (
    await app.call("GET", `/v1/checkout/sessions/${json.id}`, merchant.liveKey)
  ).json;
  const xref = message["xref"] ?? "";
  sales.set(xref, message);
  return { payment, xref };
}

/** A refund whose request the gateway takes its time over, while the other process looks for refunds to go on with. */
async function refundSlowly(
  t: Test,
  story: Story,
  sender: string,
  attempts: (xref: string) => number,
): Promise<void> {
  const { app, merchant, gateway, sales } = story;
  const [paid, settling] = [await pay(story), await pay(story)];
  const [begun, answered] = [signal(), signal()];
  let refunded = 0;
  gateway.answer(async ({ fields }) => {
    const { action, xref = "", amount = "0", transactionUnique = "" } = fields;
    const sale = sales.get(xref) ?? {};
    if (action === "QUERY") {
      const state = xref === settling.xref ? "tendered" : "accepted";
      return signedReply(merchant, { ...sale, state, amountRefunded: String(refunded) });
    }
    begun.give();
    await answered.given;
    refunded += Number(amount);
    const own = {
      action: "REFUND_SALE",
      transactionUnique,
      transactionID: "777",
      xref: "26112215WH25PT42SHREFUN",
    };
    return signedReply(merchant, { ...sale, ...own, amount });
  });
  const refund = (url: string, payment: string, amount: number) =>
    post(url, "/v1/refunds", merchant.liveKey, { payment_intent: payment, amount });
  t.match(await refund(sender, settling.payment, 2999), { status: 200, json: { status: "pending" } });
  const slow = refund(sender, paid.payment, 2000);
  await begun.given;
  for (let round = 0; round < 2; round++) await oneRound(app, settling, attempts);
  const list = async () =>
    (await app.call("GET", `/v1/refunds?payment_intent=${paid.payment}`, merchant.liveKey)).json.data;
  t.match(await list(), [{ status: "pending" }]);
  t.match(await refund(app.local, paid.payment, 2000), {
    status: 400,
    json: { error: { code: "refund_too_large" } },
  });
  answered.give();
  t.match(await slow, { status: 200, json: { status: "succeeded", amount: 2000 } });
  t.match(await list(), [{ status: "succeeded" }]);
  t.equal(refunded, 2000);
}

/**
 * Until the process in question has had a refund in hand that is made due here, and with it whatever else it
 * takes for due.
 */
async function oneRound(
  { db }: TestApp,
  { payment, xref }: { readonly payment: string; readonly xref: string },
  attempts: (xref: string) => number,
): Promise<void> {
  const before = attempts(xref);
  await until("the other process has looked for refunds", async () => {
    await inTransaction(db, "READ COMMITTED", (tx) => postponeRefunds(tx, payment, 1));
    return attempts(xref) > before;
  });
}

function signedReply({ live }: TestMerchant, message: Message) {
  return { body: signedBody(message, live.secret) };
}

async function post(url: string, path: string, key: string, body: object) {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  const response = await fetch(`${url}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  // oxlint-disable-next-line typescript/no-explicit-any -- JSON of the API, looked into by every test.
  return { status: response.status, json: (await response.json()) as any };
}
