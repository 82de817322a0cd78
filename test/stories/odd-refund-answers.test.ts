import t, { type Test } from "tap";

import { environmentOf, run } from "../support/command.js";
import { eachEngine, until } from "../support/database.js";
import { type LedgerStory, type LivePaid, type Oddity, openLedger } from "../support/ledger-gateway.js";

// A refund is what the gateway says it is, in every field; else a person decides, and nothing is sent or
// given up meanwhile.

const MINUTE = 60_000;

const NOT_POSSIBLE = { error: { code: "resolution_not_possible" } };

interface Odd {
  readonly paid: LivePaid;
  readonly id: string;
  readonly reason: string;
}

/** Asks for 1000 of a payment each, and has the gateway answer so. */
async function askOddly(
  story: LedgerStory,
  state: "captured" | "accepted",
  amount: number,
  answers: readonly (readonly [Oddity, string])[],
): Promise<Odd[]> {
  const all: Odd[] = [];
  for (const [answer, reason] of answers) {
    const paid = await story.pay(state);
    story.odd.answer = answer;
    const { id, status } = await story.refund(paid, amount);
    if (status !== "pending") throw new Error(`${JSON.stringify(answer)} ended the refund: ${status}.`);
    all.push({ paid, id, reason });
  }
  story.odd.answer = {};
  return all;
}

/** Half an hour of rounds later. */
async function waitInVain(story: LedgerStory, odds: readonly Odd[]): Promise<void> {
  const worked = () => story.app.logged.filter((line) => line.includes("refund worked on")).length;
  for (const minutes of [3, 27]) {
    const before = worked();
    story.clock.ahead += minutes * MINUTE;
    await until("each was asked about again", () => worked() >= before + odds.length);
  }
}

async function isHeldOnce(t: Test, story: LedgerStory, odds: readonly Odd[]): Promise<void> {
  const held = await story.held();
  for (const { paid, id, reason } of odds) {
    const about = held.filter(({ refund }) => refund === id);
    t.match(about, [{ reason, resolution: null }], `${reason}, once`);
    t.equal(about.length, 1);
    t.equal(story.sent(paid).length, 1, "told once");
    t.match(await story.read(`/v1/refunds/${id}`), { status: "pending", amount: 1000 });
    t.match(await story.read(`/v1/payment_intents/${paid.payment}`), { amount_refunded: 1000 });
  }
}

await eachEngine(t, "a refund that is answered oddly is in doubt, whatever is odd", async (t, engine) => {
  const story = await openLedger(t, engine);
  story.odd.moves = false;
  const odds = await askOddly(story, "accepted", 1000, [
    [{ amount: "100", amountReceived: "100" }, "refund_amount_mismatch"],
    [{ amount: undefined, amountReceived: undefined }, "refund_amount_mismatch"],
    [{ amountRefunded: "2999" }, "refund_amount_mismatch"],
    [{ currencyCode: "978" }, "refund_currency_mismatch"],
    [{ action: "REFUND" }, "refund_action_mismatch"],
    [{ action: "SALE" }, "session_unknown"],
    [{ transactionUnique: "re_another" }, "refund_order_mismatch"],
    [{ responseCode: "10" }, "refund_approved_variant"],
  ]);
  await waitInVain(story, odds);
  const [refunds, sales] = [odds.filter(({ reason }) => reason !== "session_unknown"), await story.held()];
  await isHeldOnce(t, story, refunds);
  const none = ["accept", "dismiss"];
  for (const held of sales.filter(({ refund }) => refund !== null && refund !== odds[5]?.id)) {
    t.same(held.possible_resolutions, none);
    t.match(await story.resolve(held.id, "return"), { status: 400, json: NOT_POSSIBLE });
  }
  t.match(await story.read(`/v1/refunds/${odds[5]?.id}`), { status: "pending" }, "a sale is no refund");
  const stored: { count: unknown }[] = await story.app.db.manager.query(
    "SELECT count(*) AS count FROM gateway_result WHERE reversal_id IS NOT NULL AND via = 'direct'",
  );
  t.equal(Number(stored[0]?.count), odds.length, "each answer is on record once");
  const command = ["refunds", "resolve", odds[0]?.id ?? "", "--as", "failed"];
  t.match(await run(environmentOf(story.config), command), {
    code: 1,
    stderr: /resolve the held payment gr_/,
  });
});

await eachEngine(t, "a capture or a cancel that is answered oddly is asked about", async (t, engine) => {
  const story = await openLedger(t, engine);
  const odd: [number, Oddity][] = [
    [1000, { amountReceived: "2999" }],
    [1000, { amount: "0", amountReceived: "0" }],
    [1000, { action: "QUERY:SALE" }],
    [2999, { state: "captured" }],
    [2999, { amountReceived: "2999" }],
  ];
  for (const [amount, answer] of odd) {
    const paid = await story.pay("captured");
    story.odd.answer = answer;
    t.match(await story.refund(paid, amount), { status: "succeeded" }, `done: ${JSON.stringify(answer)}`);
  }
  t.same(await story.held("resolved=false"), [], "what became of it is known");
  story.odd.moves = false;
  const odds = await askOddly(story, "captured", 1000, [
    [{ amountReceived: "2999" }, "refund_amount_mismatch"],
    [{ amountReceived: "0" }, "refund_amount_mismatch"],
  ]);
  await waitInVain(story, odds);
  await isHeldOnce(t, story, odds);
});

await eachEngine(t, "what is accepted is counted, of the amount that went back", async (t, engine) => {
  const story = await openLedger(t, engine);
  story.odd.moves = false;
  const [little, much] = await askOddly(story, "accepted", 1000, [
    [{ amount: "100", amountReceived: "100" }, "refund_amount_mismatch"],
    [{ amount: "2999", amountReceived: "2999" }, "refund_amount_mismatch"],
  ]);
  const heldOf = async (odd: Odd | undefined) =>
    (await story.held()).filter(({ refund }) => refund === odd?.id).map(({ id }) => id);
  for (const [odd, amount] of [
    [little, 100],
    [much, 2999],
  ] as const) {
    const [held = ""] = await heldOf(odd);
    t.match(await story.resolve(held, "accept"), { status: 200 });
    t.match(await story.read(`/v1/refunds/${odd?.id}`), { status: "succeeded", amount });
    const counted = { amount_refunded: amount, amount_received: 2999 };
    t.match(await story.read(`/v1/payment_intents/${odd?.paid.payment}`), counted);
  }
  const [again] = await askOddly(story, "accepted", 1000, [[{ amount: "100" }, "refund_amount_mismatch"]]);
  const [held = ""] = await heldOf(again);
  t.match(await story.resolve(held, "dismiss"), { status: 200 });
  t.match(await story.read(`/v1/refunds/${again?.id}`), { status: "pending" }, "it is asked about on");
});

await eachEngine(t, "a second success is held, and accepted only where there is room", async (t, engine) => {
  const story = await openLedger(t, engine);
  const paid = await story.pay("accepted");
  const refund = (await story.refund(paid, 1000)).id;
  t.match(await story.read(`/v1/refunds/${refund}`), { status: "succeeded" });
  for (let times = 0; times < 3; times++) t.equal(await story.post(paid, refund, {}), 200);
  t.same(await story.held(), [], "the same message again");
  for (const id of ["701", "702", "702", "701"]) {
    t.equal(await story.post(paid, refund, { transactionID: id, xref: `REFUND${id}` }), 200);
  }
  const held = await story.held();
  t.match(held, [{ reason: "refund_duplicate" }, { reason: "refund_duplicate", amount_received: 1000 }]);
  t.equal(held.length, 2);
  t.match(await story.resolve(held[1].id, "accept"), { status: 200 });
  t.match(await story.read(`/v1/payment_intents/${paid.payment}`), { amount_refunded: 2000 });
  t.match(await story.read(`/v1/refunds?payment_intent=${paid.payment}`), {
    data: [{ amount: 1000, status: "succeeded" }, { id: refund }],
  });
  t.match(await story.refund(paid, 999), { status: "succeeded" });
  t.match(await story.resolve(held[0].id, "accept"), { status: 400, json: NOT_POSSIBLE });
  t.match(await story.read(`/v1/payment_intents/${paid.payment}`), { amount_refunded: 2999 });
});

await eachEngine(t, "nothing of a refund is sent while a word about it is held", async (t, engine) => {
  const story = await openLedger(t, engine);
  const paid = await story.pay("accepted");
  paid.sale.state = "tendered";
  const refund = (await story.refund(paid, 1000)).id;
  await story.post(paid, refund, { amount: "100", amountReceived: "100" });
  paid.sale.state = "accepted";
  story.clock.ahead += 61 * MINUTE;
  await until("a round has come", () =>
    story.app.logged.some((line) => line.includes("a result about the refund is held")),
  );
  t.same(story.sent(paid), []);
  const [held] = await story.held();
  t.match(held, { refund, payment_intent: paid.payment, amount: 1000, amount_received: 100 });
  await story.resolve(held.id, "accept");
  t.match(await story.read(`/v1/refunds/${refund}`), { status: "succeeded", amount: 100 });
  t.same(story.sent(paid), []);
});

await eachEngine(t, "a cancellation by another hand is counted when it is accepted", async (t, engine) => {
  const story = await openLedger(t, engine);
  const cancel = { action: "CANCEL:SALE", state: "canceled", amountReceived: "0" };
  for (const [other, refunded] of [
    [{}, 2999],
    [{ transactionID: "4711", xref: "CANCELLED4711" }, 0],
  ] as const) {
    const paid = await story.pay("captured");
    await story.post(paid, "", { ...paid.message, ...cancel, ...other });
    const [held] = await story.held("resolved=false");
    t.match(held, { reason: "refund_unknown", possible_resolutions: ["accept", "dismiss"] });
    t.match(await story.resolve(held.id, "accept"), { status: 200 });
    const what = `${JSON.stringify(other)} is the transaction that was cancelled`;
    t.match(await story.read(`/v1/payment_intents/${paid.payment}`), { amount_refunded: refunded }, what);
  }
});
