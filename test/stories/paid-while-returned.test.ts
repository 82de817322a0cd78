import t, { type Test } from "tap";

import type { CheckoutPoint } from "../../src/checkout/context.js";
import type { TestApp } from "../support/app.js";
import { eachEngine, signal } from "../support/database.js";
import { paidMessage, signedBody } from "../support/gateway.js";
import {
  HELD,
  type HeldStory,
  holdAnother,
  holdPayment,
  resolve,
  saying,
  scriptGateway,
} from "../support/held.js";
import { attemptOf, callback, read, stored, type StoredResult } from "../support/results.js";

const CAPTURED = { state: "captured" };
const CANCEL_DONE = { action: "CANCEL:SALE", responseCode: "0", state: "canceled", amountReceived: "0" };
const REFUSED = {
  action: "CANCEL",
  responseCode: "65541",
  responseStatus: "2",
  responseMessage: "ACTION NOT ALLOWED",
};
const BACK = { resolution: "return" };

/** What was said of the payment first: each is held, and each may be followed by a whole success. */
const FIRST_WORDS: readonly [what: string, said: Record<string, string>][] = [
  ["half of the money", { amountReceived: "1500" }],
  ["an approved variant", { responseCode: "10" }],
  ["no money yet", { state: "received" }],
];

for (const [what, said] of FIRST_WORDS) {
  await eachEngine(
    t,
    `a payment that goes back does not pay its session, first said to be ${what}`,
    async (t, engine) => {
      const story = await holdPayment(t, engine, said);
      const { app, session } = story;
      story.gateway.answer(async ({ fields }) => {
        t.equal((await succeed(story)).status, 200, `told while a ${fields["action"]} is under way`);
        return saying(story, fields["action"] === "CANCEL" ? CANCEL_DONE : CAPTURED);
      });
      t.match(await resolve(story, BACK), { status: 200, json: BACK });
      t.equal((await succeed(story)).status, 200, "told once more when it is back");
      await isUnpaid(t, story);
      t.same((await stored(app)).events, ["held_payment.created", "held_payment.returned"]);
      t.equal(await attemptOf(app, session), 2);
      await payAnew(t, story);
    },
  );
}

await eachEngine(t, "a duplicate that goes back stays no payment of its session", async (t, engine) => {
  const story = await holdPayment(t, engine, {});
  t.notOk(story.id, "the first one pays");
  const second = await holdSecond(story);
  second.gateway.answer(async ({ fields }) => {
    await succeed(second);
    return saying(second, fields["action"] === "CANCEL" ? CANCEL_DONE : CAPTURED);
  });
  const before = await read(story.app, story.mine, story.session);
  t.match(await resolve(second, BACK), { status: 200, json: { ...BACK, reason: "duplicate" } });
  await succeed(second);
  t.same(await read(story.app, story.mine, story.session), before);
  t.match(await stored(story.app), { intents: 1 });
  t.equal((await paymentResults(story.app)).length, 2);
});

await eachEngine(
  t,
  "while nobody knows whether the money is back, the payment pays nothing",
  async (t, engine) => {
    const story = await holdPayment(t, engine);
    scriptGateway(story, { QUERY: [CAPTURED, { state: "" }], CANCEL: ["hang up"] });
    t.match(await resolve(story, BACK), { status: 503 });
    t.equal((await succeed(story)).status, 200);
    await isUnpaid(t, story, "held");
    scriptGateway(story, { QUERY: [{ state: "canceled" }] });
    t.match(await resolve(story, BACK), { status: 200 });
    await succeed(story);
    await isUnpaid(t, story);
  },
);

await eachEngine(
  t,
  "after a return that was not to be, whoever decides sees what was said last",
  async (t, engine) => {
    const story = await holdPayment(t, engine);
    const { app, mine, session } = story;
    story.gateway.answer(async ({ fields }) => {
      if (fields["action"] === "CANCEL") await succeed(story);
      return saying(story, fields["action"] === "CANCEL" ? REFUSED : CAPTURED);
    });
    t.match(await resolve(story, BACK), { json: { error: { code: "return_refused" } } });
    await isUnpaid(t, story, "held");
    const { json } = await app.call("GET", `${HELD}/${story.id}`, mine.liveKey);
    t.match(json, { reason: "amount_mismatch", amount: 2999, amount_received: 2999, resolution: null });
    t.match(await resolve(story, { resolution: "accept" }), { status: 200 });
    t.match(await read(app, mine, session), { status: "complete", amount_total: 2999 });
    const [intent] = await app.db.manager.query("SELECT amount FROM payment_intent");
    t.equal(Number(intent.amount), 2999);
  },
);

await eachEngine(
  t,
  "a payment pays again once its return was given up before anything was sent",
  async (t, engine) => {
    const story = await holdPayment(t, engine);
    scriptGateway(story, { QUERY: [{ state: "tendered" }] });
    t.match(await resolve(story, BACK), { json: { error: { code: "return_too_early" } } });
    await succeed(story);
    t.equal((await read(story.app, story.mine, story.session)).status, "complete");
    scriptGateway(story, { QUERY: [CAPTURED], CANCEL: [CANCEL_DONE] });
    t.match(await resolve(story, BACK), { json: { error: { code: "resolution_not_possible" } } });
  },
);

await eachEngine(
  t,
  "a return that overslept its claim sends nothing once the payment has paid",
  async (t, engine) => {
    const clock = { time: Date.now(), now: () => clock.time };
    const [asleep, awake] = [signal(), signal()];
    const checkpoint = async (at: CheckoutPoint) => {
      if (at !== "return leased") return;
      asleep.give();
      await awake.given;
    };
    const story = await holdPayment(t, engine, { amountReceived: "1500" }, { clock, checkpoint });
    scriptGateway(story, { QUERY: [CAPTURED], CANCEL: [CANCEL_DONE] });
    const slow = resolve(story, BACK);
    await asleep.given;
    await succeed(story);
    await isUnpaid(t, story, "held");
    clock.time += 60_000;
    await succeed(story);
    t.equal((await read(story.app, story.mine, story.session)).status, "complete");
    awake.give();
    t.match(await slow, { status: 400, json: { error: { code: "resolution_not_possible" } } });
    t.same(
      story.gateway.requests.map(({ fields }) => fields["action"]),
      ["QUERY"],
    );
  },
);

await eachEngine(t, "of a return and a success at once, one comes first", async (t, engine) => {
  const first = await holdPayment(t, engine);
  let paid = 0;
  for (let round = 1; round <= 12; round++) {
    const story = await holdAnother(first);
    const told: string[] = [];
    story.gateway.answer(({ fields }) => {
      told.push(fields["action"] ?? "");
      return saying(story, fields["action"] === "CANCEL" ? CANCEL_DONE : CAPTURED);
    });
    const [answer] = await Promise.all([resolve(story, BACK), ...[1, 2, 3, 4].map(() => succeed(story))]);
    const isPaid = (await read(story.app, story.mine, story.session)).status === "complete";
    if (isPaid) paid++;
    t.equal(answer.status, isPaid ? 400 : 200, `round ${round}`);
    t.equal(told.includes("CANCEL"), !isPaid, `round ${round}`);
  }
  t.equal((await stored(first.app)).intents, paid);
});

/** The gateway says of the held payment that it has succeeded as a whole. */
async function succeed({ app, message, mine }: HeldStory): Promise<Response> {
  const whole = { responseCode: "0", amountReceived: "2999", state: "captured" };
  return await callback(app, signedBody({ ...message, ...whole }, mine.live.secret));
}

/** A payment that nobody has decided about is held; once its money is back, nothing is paid. */
async function isUnpaid(
  t: Test,
  { app, mine, session }: HeldStory,
  status: "unpaid" | "held" = "unpaid",
): Promise<void> {
  t.match(await read(app, mine, session), { status: "open", payment_status: status, payment_intent: null });
  t.match(await stored(app), { intents: 0, methods: 0 });
  t.equal((await paymentResults(app)).length, 1);
}

/** What is stored of payments alone: the gateway's word about money that goes back is kept beside it. */
async function paymentResults(app: TestApp): Promise<StoredResult[]> {
  return (await stored(app)).results.filter((result) => result.reversal_id === null);
}

/** Another payment of the session, on its next attempt. */
async function payAnew(t: Test, { app, mine, session }: HeldStory): Promise<void> {
  const anew = paidMessage(session, mine.live.gatewayMerchantId, { transactionUnique: `${session.id}-2` });
  await callback(app, signedBody(anew, mine.live.secret));
  t.equal((await read(app, mine, session)).status, "complete");
  t.match(await stored(app), { intents: 1 });
}

/** A second charge of the session, as the story's held payment. */
async function holdSecond(story: HeldStory): Promise<HeldStory> {
  const { app, mine, session } = story;
  const message = paidMessage(session, mine.live.gatewayMerchantId);
  await callback(app, signedBody(message, mine.live.secret));
  const { json } = await app.call("GET", HELD, mine.liveKey);
  return { ...story, message, id: json.data[0].id };
}
