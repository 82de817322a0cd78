import t, { type Test } from "tap";

import type { CheckoutPoint } from "../../src/checkout/checkout.js";
import { systemClock } from "../../src/lib/clock.js";
import { startTestApp } from "../support/app.js";
import { environmentOf, run, runJson } from "../support/command.js";
import { eachEngine, signal, type TestEngine, until } from "../support/database.js";
import { signedBody } from "../support/gateway.js";
import { metric } from "../support/reconciliation.js";
import { callback } from "../support/results.js";
import { openPaid, type PaidParts, type PaidStory, storyAt } from "../support/refunds.js";

// Whatever fails between us and the gateway: nothing is told twice, and both books agree in the end.

/** The three ways on which money goes back. */
const WAYS = [
  { way: "captured by less", amount: 500, settled: false, request: "CAPTURE:SALE" },
  { way: "cancelled", amount: 2000, settled: false, request: "CANCEL:SALE" },
  { way: "refunded", amount: 500, settled: true, request: "REFUND_SALE" },
] as const;

type Way = (typeof WAYS)[number];

await eachEngine(
  t,
  "while the gateway cannot be asked nothing is sent, and refunds go on later",
  async (t, engine) => {
    const story = await openPaid(t, engine);
    for (const faults of ["direct_error", "direct_timeout:10"]) {
      await story.desk.setFaults(faults);
      t.match(await story.refund({ amount: 500 }), { status: 200, json: { status: "pending" } }, faults);
    }
    await story.desk.setFaults("");
    t.match(await story.sale(), { state: "captured", amountReceived: 2000 });
    story.clock.ahead += 60_000;
    await untilEnded(story);
    t.match(await story.list(), [{ status: "succeeded" }, { status: "succeeded" }]);
    t.match(await story.sale(), { state: "captured", amountReceived: 1000 });
  },
);

for (const way of WAYS) {
  await eachEngine(
    t,
    `a payment that is to be ${way.way}: a request that never arrived is not sent again, and lost after two minutes`,
    async (t, engine) => {
      const story = await openOn(t, engine, way, { lost: "direct_error" });
      const { json } = await story.refund({ amount: way.amount });
      t.match(json, { status: "pending" });
      await story.desk.setFaults("");
      story.clock.ahead += 60_000;
      await until("it was asked about", () => story.told().length > 1);
      t.match(await story.list(), [{ status: "pending" }]);
      t.match(
        await story.readPayment(),
        { amount_refunded: way.amount },
        "an unknown refund keeps what it has",
      );
      t.equal(await metric(story, "calmonypay_refunds_in_doubt"), 1);
      story.clock.ahead += 61_000;
      await untilEnded(story);
      t.match(await story.list(), [{ id: json.id, status: "failed", failure_reason: "lost" }]);
      t.match(await story.readPayment(), { amount_refunded: 0 });
      t.same(await story.events(), ["refund.created", "refund.failed"]);
      t.same(requestsOf(story), [], "nothing has moved");
      t.equal(await metric(story, "calmonypay_refunds_in_doubt"), 0);
      t.equal(await metric(story, 'calmonypay_refunds_total{end="lost"}'), 1);
      t.match(await story.refund({ amount: way.amount }), { json: { status: "succeeded" } }, "free again");
      t.same(requestsOf(story), [way.request]);
    },
  );

  await eachEngine(
    t,
    `a payment that was ${way.way}: a lost answer ends by asking, as soon as that is possible`,
    async (t, engine) => {
      const story = await openOn(t, engine, way, { lost: "direct_timeout:10,callback_dropped" });
      t.match(await story.refund({ amount: way.amount }), { status: 200, json: { status: "pending" } });
      await story.desk.setFaults("");
      story.clock.ahead += 60_000;
      await untilEnded(story);
      await isBackOnce(t, story, way);
    },
  );

  await eachEngine(
    t,
    `a payment that was ${way.way}: where only the answer is lost, asking at once is enough`,
    async (t, engine) => {
      const story = await openOn(t, engine, way, { lost: "direct_timeout:2000,callback_dropped" });
      const answer = story.refund({ amount: way.amount });
      await until("the gateway has done it, and says nothing", () => requestsOf(story).length > 0);
      await story.desk.setFaults("");
      t.match(await answer, { status: 200, json: { status: "succeeded" } });
      await isBackOnce(t, story, way);
    },
  );
}

await eachEngine(t, "a refund whose answer is lost ends by the gateway's callback as well", async (t, engine) => {
  const [, , refunded] = WAYS;
  const story = await openOn(t, engine, refunded, { lost: "direct_timeout:10" });
  const { app, merchant, desk } = story;
  const forged = { transactionUnique: "re_nobody", action: "REFUND_SALE", responseCode: "0" };
  t.equal((await callback(app, new URLSearchParams(forged).toString())).status, 400);
  t.match(await story.refund({ amount: 500 }), { status: 200, json: { status: "succeeded" } });
  await desk.setFaults("");
  await isBackOnce(t, story, refunded);
  t.same((await app.call("GET", "/v1/held_payments", merchant.testKey)).json.data, [], "it is no payment");
});

await eachEngine(t, "a refund that was given up, and is made after all, is shown to a person", async (t, engine) => {
  const [, , refunded] = WAYS;
  const story = await openOn(t, engine, refunded, { lost: "direct_error" });
  const { json } = await story.refund({ amount: 500 });
  await story.desk.setFaults("");
  story.clock.ahead += 121_000;
  await untilEnded(story);
  t.match(await story.list(), [{ status: "failed", failure_reason: "lost" }]);
  const made = {
    merchantID: (await story.sale()).gatewayMerchantId,
    action: "REFUND_SALE",
    transactionUnique: json.id,
    transactionID: "777",
    xref: "26112215WH25PT42SHREFUN",
    amount: "500",
    currencyCode: "826",
    responseCode: "0",
    responseStatus: "0",
    state: "captured",
  };
  t.equal((await callback(story.app, signedBody(made, story.desk.secret))).status, 200);
  const { data } = (await story.app.call("GET", "/v1/held_payments", story.merchant.testKey)).json;
  t.match(data, [{ reason: "session_unknown", amount: 500 }]);
  t.match(await story.list(), [{ status: "failed" }], "what has ended has ended");
});

const POINTS: readonly CheckoutPoint[] = [
  "refund recorded",
  "refund claimed",
  "refund to be sent",
  "refund sent",
  "refund answered",
];

for (const [index, point] of POINTS.entries()) {
  const way = WAYS[index % WAYS.length] ?? WAYS[0];
  await eachEngine(t, `whoever dies at "${point}" is followed by another process`, async (t, engine) => {
    const [dead, over] = [signal(), signal()];
    const reached = async (at: CheckoutPoint): Promise<void> => {
      if (at !== point) return;
      dead.give();
      await over.given; // As a process that is gone: nothing after this is done while the story lasts.
      throw new Error("dead");
    };
    // A minute later is only for the other one, so that nothing of what died goes on in the background.
    const story = await openOn(t, engine, way, { reached, clock: systemClock });
    const lost = story.refund({ amount: way.amount });
    await dead.given;
    const clock = { ahead: 0, now: () => Date.now() + clock.ahead };
    const next = storyAt(await startTestApp(t, story.config, { clock }), story.merchant, story.payment);
    t.match(await next.list(), [{ status: "pending" }]);
    t.match(await next.readPayment(), { amount_refunded: way.amount });
    clock.ahead += 60_000;
    if (point === "refund to be sent") {
      await until("it was asked about", () => next.told().length > 0);
      clock.ahead += 61_000;
      await untilEnded(next);
      t.match(await next.list(), [{ status: "failed", failure_reason: "lost" }]);
      t.same(
        [...requestsOf(story), ...requestsOf(next)],
        [],
        "it may have been sent, so it is not sent again",
      );
    } else {
      await untilEnded(next);
      await isBackOnce(t, { ...next, told: () => [...story.told(), ...next.told()] }, way);
    }
    const ended = await next.list();
    over.give();
    await lost;
    t.same(await next.list(), ended, "the dead have no say");
  });
}

await eachEngine(t, "settlement that comes between question and request is waited for", async (t, engine) => {
  const settling = { next: true };
  const reached = async (at: CheckoutPoint): Promise<void> => {
    if (at !== "refund to be sent" || !settling.next) return;
    settling.next = false;
    await story.desk.settle("tendered");
  };
  const story: PaidStory = await openPaid(t, engine, { reached });
  t.match(await story.refund({ amount: 500 }), { status: 200, json: { status: "pending" } });
  await story.desk.settle();
  story.clock.ahead += 3_600_000;
  await untilEnded(story);
  t.match(await story.list(), [{ status: "succeeded" }]);
  t.match(await story.sale(), { state: "accepted", amountReceived: 2000, amountRefunded: 500 });
});

await eachEngine(
  t,
  "a person ends a refund in doubt by what stands at the gateway, and no other",
  async (t, engine) => {
    const story = await openPaid(t, engine, { lost: "direct_timeout:10", clock: systemClock });
    const { json: told } = await story.refund({ amount: 500 });
    const { json: behind } = await story.refund({ amount: 300 });
    const env = environmentOf(story.config);
    const { data } = await runJson(env, ["refunds", "in-doubt"]);
    t.match(data, [{ id: told.id, payment: story.payment, amount: "5.00 GBP", told: "capture" }]);
    t.equal(data?.length, 1);
    const resolve = ["refunds", "resolve"];
    t.match(await run(env, [...resolve, behind.id, "--as", "failed"]), { code: 1, stderr: /not in doubt/ });
    t.match(await run(env, [...resolve, "re_nobody", "--as", "failed"]), { code: 1, stderr: /No such/ });
    t.match(await run(env, [...resolve, told.id]), { code: 1, stderr: /--as/ });
    t.match(await runJson(env, [...resolve, told.id, "--as", "succeeded"]), { status: "succeeded" });
    t.match(await run(env, [...resolve, told.id, "--as", "failed"]), { code: 1 }, "that was final");
    t.match(await story.list(), [{ status: "succeeded" }, { status: "pending" }]);
    t.match(await story.readPayment(), { amount_refunded: 800 });
    t.match(await run(env, ["refunds", "in-doubt"]), { code: 0 });
    t.equal((await story.events()).filter((type) => type === "charge.refunded").length, 1);
  },
);

/** A paid story in which money goes back on this way. */
async function openOn(t: Test, engine: TestEngine, way: Way, parts: PaidParts): Promise<PaidStory> {
  const story = await openPaid(t, engine, parts);
  if (way.settled) await story.desk.settle();
  return story;
}

/** What the gateway was told and has carried out, questions aside. */
function requestsOf({ told }: Pick<PaidStory, "told">): string[] {
  return told().filter((action) => !action.startsWith("QUERY"));
}

async function untilEnded({ list }: Pick<PaidStory, "list">): Promise<void> {
  await until("no refund is pending", async () => (await list()).every(({ status }) => status !== "pending"));
}

/** By the merchant's books and the gateway's. */
async function isBackOnce(
  t: Test,
  story: Pick<PaidStory, "list" | "readPayment" | "sale" | "told" | "events">,
  { amount, settled, request }: Way,
): Promise<void> {
  t.match(await story.list(), [{ status: "succeeded", amount }]);
  t.match(await story.readPayment(), { amount_received: 2000, amount_refunded: amount });
  t.same(requestsOf(story), [request]);
  t.same(await story.events(), ["refund.created", "charge.refunded", "refund.updated"]);
  const { amountReceived, amountRefunded } = await story.sale();
  t.equal(amountReceived - amountRefunded, 2000 - amount);
  t.equal(amountRefunded, settled ? amount : 0);
}
