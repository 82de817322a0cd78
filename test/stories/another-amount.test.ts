import t, { type Test } from "tap";

import { eachEngine, type TestEngine } from "../support/database.js";
import { signedBody } from "../support/gateway.js";
import { actionsOf, HELD, type HeldStory, holdPayment, resolve, scriptGateway } from "../support/held.js";
import { callback, type StoredResult } from "../support/results.js";

// Two messages about one transaction report different amounts. Each is stored, and what is recorded in the end is what
// the gateway has received.

const SALE = { action: "QUERY:SALE", amountReceived: "2999" };

/** A payment of 2999 that is held, because the first message reports 1. */
async function holdOne(test: Test, engine: TestEngine, changes: Record<string, string> = {}) {
  return await holdPayment(test, engine, { amountReceived: "1", ...changes });
}

async function post({ app, mine, message }: HeldStory, amountReceived: string): Promise<void> {
  const body = signedBody({ ...message, amountReceived }, mine.live.secret);
  t.equal((await callback(app, body)).status, 200);
}

async function heldOf({ app, mine }: HeldStory, query = "") {
  return (await app.call("GET", `${HELD}?limit=100${query}`, mine.liveKey)).json.data;
}

async function paymentOf({ app, mine, session }: HeldStory) {
  const { json } = await app.call("GET", `/v1/checkout/sessions/${session.id}`, mine.liveKey);
  return (await app.call("GET", `/v1/payment_intents/${json.payment_intent}`, mine.liveKey)).json;
}

async function storedOf({ app }: HeldStory, condition: string): Promise<StoredResult[]> {
  return await app.db.manager.query(`SELECT * FROM gateway_result WHERE ${condition} ORDER BY id`);
}

await eachEngine(t, "the amount of a message after another was accepted is held", async (t, engine) => {
  const story = await holdOne(t, engine);
  t.match(await resolve(story, { resolution: "accept" }), { status: 200 });
  for (let times = 0; times < 2; times++) for (const amount of ["2999", "1"]) await post(story, amount);
  const waiting = await heldOf(story, "&resolved=false");
  t.match(waiting, [{ reason: "amount_mismatch", amount_received: 2999 }]);
  t.equal(waiting.length, 1, "each is held once");
  t.match(await paymentOf(story), { amount: 1, amount_received: 1 });
  const second = { ...story, id: waiting[0].id };
  const returned = await resolve(second, { resolution: "return" });
  t.match(returned, { status: 400, json: { error: { code: "resolution_not_possible" } } });
  t.match(await resolve(second, { resolution: "accept" }), { status: 200 });
  t.match(await paymentOf(story), { amount: 2999, amount_received: 2999, amount_refunded: 0 });
  for (const amount of ["2999", "1"]) await post(story, amount);
  t.same(await heldOf(story, "&resolved=false"), [], "both are on record");
});

await eachEngine(t, "a payment whose amount was raised is refunded whole", async (t, engine) => {
  const story = await holdOne(t, engine);
  await resolve(story, { resolution: "accept" });
  await post(story, "2999");
  const [{ id }] = await heldOf(story, "&resolved=false");
  await resolve({ ...story, id }, { resolution: "accept" });
  const canceled = { action: "CANCEL:SALE", state: "canceled", amountReceived: "0" };
  scriptGateway(story, { QUERY: [{ ...SALE, state: "captured" }], CANCEL: [canceled] });
  const payment_intent = (await paymentOf(story)).id;
  const refund = await story.app.call("POST", "/v1/refunds", story.mine.liveKey, { payment_intent });
  t.match(refund, { status: 200, json: { amount: 2999, status: "succeeded" } });
  t.same(actionsOf(story), ["QUERY", "CANCEL"]);
});

await eachEngine(t, "accepting a smaller amount of a paid transaction lowers nothing", async (t, engine) => {
  const story = await holdOne(t, engine);
  await post(story, "2999");
  t.match(await paymentOf(story), { amount: 2999, amount_received: 2999 });
  t.match(await resolve(story, { resolution: "accept" }), { status: 200 });
  t.match(await paymentOf(story), { amount: 2999, amount_received: 2999 });
});

await eachEngine(t, "the amount of a message after the return of less is held", async (t, engine) => {
  const story = await holdOne(t, engine);
  const canceled = { action: "CANCEL:SALE", state: "canceled", amountReceived: "0" };
  scriptGateway(story, { QUERY: [{ state: "captured" }], CANCEL: [canceled] });
  t.match(await resolve(story, { resolution: "return" }), { status: 200 });
  for (const amount of ["1", "2999", "1", "2999"]) await post(story, amount);
  const waiting = await heldOf(story, "&resolved=false");
  t.match(waiting, [{ reason: "amount_mismatch", amount_received: 2999 }]);
  t.equal(waiting.length, 1, "what was returned is no news");
  t.match(await resolve({ ...story, id: waiting[0].id }, { resolution: "dismiss", note: "seen" }), {
    status: 200,
  });
});

await eachEngine(t, "what the gateway has is returned, though less of it is held", async (t, engine) => {
  const story = await holdOne(t, engine);
  const canceled = { action: "CANCEL:SALE", state: "canceled", amountReceived: "0" };
  scriptGateway(story, { QUERY: [{ ...SALE, state: "captured" }], CANCEL: [canceled] });
  const answer = await resolve(story, { resolution: "return" });
  t.match(answer, { status: 200, json: { resolution: "return", amount_received: 2999 } });
  t.same(actionsOf(story), ["QUERY", "CANCEL"]);
  t.match(await storedOf(story, "outcome = 'refunded'"), [{ reversal_id: story.id, amount_received: 2999 }]);
  t.match(await storedOf(story, "via = 'query'"), [{ reversal_id: story.id }], "what QUERY reported is kept");
});

await eachEngine(t, "a settled sale is refunded by what the gateway has of it", async (t, engine) => {
  const story = await holdOne(t, engine);
  const done = {
    action: "REFUND_SALE",
    transactionUnique: story.id,
    orderRef: story.id,
    amount: "2999",
    amountReceived: "2999",
    transactionID: "778",
    xref: "26112215WH25PT42SHREFUN",
  };
  scriptGateway(story, {
    QUERY: [{ ...SALE, state: "accepted", amountRefunded: "0" }],
    REFUND_SALE: [{ ...done, amountRefunded: "2999" }],
  });
  t.match(await resolve(story, { resolution: "return" }), { status: 200 });
  t.match(story.gateway.requests[1]?.fields, { action: "REFUND_SALE", amount: "2999" });
});

await eachEngine(t, "a return that is too early shows what the gateway has received", async (t, engine) => {
  const story = await holdOne(t, engine);
  scriptGateway(story, { QUERY: [{ ...SALE, state: "tendered" }] });
  for (let times = 0; times < 2; times++) {
    const answer = await resolve(story, { resolution: "return" });
    t.match(answer, { status: 400, json: { error: { code: "return_too_early" } } });
  }
  t.equal((await storedOf(story, "via = 'query'")).length, 1, "stored once");
  t.match(await heldOf(story), [{ amount_received: 2999, resolution: null }]);
  t.match(await resolve(story, { resolution: "accept" }), { status: 200 });
  t.match(await paymentOf(story), { amount: 2999, amount_received: 2999 });
});
