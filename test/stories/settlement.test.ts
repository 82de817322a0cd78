import t from "tap";

import { environmentOf, runJson } from "../support/command.js";
import { eachEngine, until } from "../support/database.js";
import { signedBody } from "../support/gateway.js";
import { type LedgerStory, type LivePaid, openLedger } from "../support/ledger-gateway.js";
import { openPaid } from "../support/refunds.js";
import { callback } from "../support/results.js";
import type { GatewayReply } from "../support/scripted-gateway.js";

const DAY = 24 * 3_600_000;

type Payment = Record<string, unknown> & { settlement: { status: string; settled_at: number | null } };

async function paymentOf(story: LedgerStory, { payment }: LivePaid): Promise<Payment> {
  return (await story.read(`/v1/payment_intents/${payment}`)) as Payment;
}

async function sessionOf(story: LedgerStory, paid: LivePaid) {
  return await story.read(`/v1/checkout/sessions/${paid.message["orderRef"]}`);
}

/** Days go by, each with its question, until the settlement of the payment has ended. */
async function untilEnded(story: LedgerStory, paid: LivePaid): Promise<Payment> {
  for (let days = 0; days < 15; days++) {
    const asked = await askedOf(story, paid);
    story.clock.ahead += DAY;
    const payment = await until("it was asked about, or is not due", async () => {
      const now = await paymentOf(story, paid);
      return now.settlement.status !== "pending" ||
        (await askedOf(story, paid)) !== asked ||
        SKIPPED.has(days + 1)
        ? now
        : undefined;
    });
    if (payment !== undefined && payment.settlement.status !== "pending") return payment;
  }
  throw new Error("The settlement has not ended in fifteen days.");
}

/** The days after the payment on which the gateway is not asked. */
const SKIPPED = new Set([6, 8, 9, 11, 12, 13]);

async function askedOf({ app }: LedgerStory, { payment }: LivePaid): Promise<number> {
  const sql = "SELECT asked FROM pending_settlement WHERE payment_intent_id = ?";
  const [row]: { asked: number | string }[] = await app.db.manager.query(sql, [payment]);
  return Number(row?.asked ?? -1);
}

async function typesOf({ app }: LedgerStory): Promise<string[]> {
  const rows: { type: string }[] = await app.db.manager.query("SELECT type FROM event ORDER BY id");
  return rows.map(({ type }) => type);
}

/** Answers each QUERY so; undefined takes a field out. */
function answerQueries(
  { gateway, mine }: LedgerStory,
  { message }: LivePaid,
  changes: Record<string, string | undefined>,
): void {
  const told = Object.entries({ ...message, action: "QUERY:SALE", ...changes });
  const fields = Object.fromEntries(told.filter(([, value]) => value !== undefined));
  gateway.answer((): GatewayReply => ({ body: signedBody(fields, mine.live.secret) }));
}

await eachEngine(
  t,
  "a payment that the gateway rejects at settlement is not paid any more",
  async (t, engine) => {
    const story = await openLedger(t, engine);
    const paid = await story.pay("captured");
    t.match(await paymentOf(story, paid), {
      status: "succeeded",
      amount_received: 2999,
      settlement: { status: "pending", settled_at: null },
    });
    paid.sale.state = "rejected";
    t.match(await untilEnded(story, paid), {
      status: "succeeded",
      amount: 2999,
      amount_received: 0,
      latest_charge: { paid: false, amount_captured: 0, status: "failed" },
      settlement: { status: "rejected", settled_at: Number },
    });
    t.match(await sessionOf(story, paid), {
      status: "complete",
      payment_status: "unpaid",
      amount_received: 0,
      payment_intent: paid.payment,
    });
    t.same((await typesOf(story)).slice(-2), [
      "payment_intent.settlement_rejected",
      "checkout.session.async_payment_failed",
    ]);
    const { json } = await story.app.call("POST", "/v1/refunds", story.mine.liveKey, {
      payment_intent: paid.payment,
    });
    t.match(json.error, { code: "payment_not_refundable", message: /rejected this payment/ });
    t.same(story.sent(paid), [], "nothing was sent that moves money");
  },
);

await eachEngine(t, "a payment that the gateway accepts is paid out, without an event", async (t, engine) => {
  const story = await openLedger(t, engine);
  const paid = await story.pay("captured");
  const before = (await typesOf(story)).length;
  story.clock.ahead += DAY;
  await until("the gateway was asked", async () => ((await askedOf(story, paid)) > 0 ? true : undefined));
  t.match(
    await paymentOf(story, paid),
    { settlement: { status: "pending" } },
    "it was not settled this night",
  );
  paid.sale.state = "accepted";
  t.match(await untilEnded(story, paid), {
    amount_received: 2999,
    settlement: { status: "accepted", settled_at: Number },
  });
  t.match(await sessionOf(story, paid), { payment_status: "paid", amount_received: 2999 });
  t.equal((await typesOf(story)).length, before);
  t.equal(await askedOf(story, paid), -1, "and it is asked about no more");
});

for (const [what, changes] of [
  ["less", { state: "accepted", amountReceived: "2998" }],
  ["more", { state: "accepted", amountReceived: "3000" }],
  ["nothing", { state: "canceled", amountReceived: "0" }],
] as const) {
  await eachEngine(
    t,
    `a payment of which the gateway settles ${what} waits for a person`,
    async (t, engine) => {
      const story = await openLedger(t, engine);
      const paid = await story.pay("captured");
      answerQueries(story, paid, changes);
      t.match(await untilEnded(story, paid), { amount_received: 2999, settlement: { status: "unresolved" } });
      t.match(await sessionOf(story, paid), { payment_status: "paid" }, "nobody knows better yet");
      t.equal((await typesOf(story)).at(-1), "payment_intent.settlement_unresolved");
      const listed = await runJson(environmentOf(story.config), ["settlements", "unresolved"]);
      t.match(listed, {
        data: [{ payment_intent: paid.payment, mode: "live", why: "amount_mismatch", asked: "1" }],
      });
    },
  );
}

const NEVER: readonly [string, (story: LedgerStory, paid: LivePaid) => void, string][] = [
  ["knows nothing of", unknownToGateway, "not_found"],
  ["does not answer about", ({ gateway }) => gateway.answer(() => "hang up"), "no_answer"],
  ["tells another payment's state instead of that of", anotherPayment, "no_answer"],
  ["never settles", (_, paid) => void (paid.sale.state = "deferred"), "not_settled"],
];

function unknownToGateway(story: LedgerStory, paid: LivePaid): void {
  const code = { responseCode: "66341", responseStatus: "2", responseMessage: "INVALID_XREF" };
  answerQueries(story, paid, { ...code, state: undefined, transactionID: undefined, action: "QUERY" });
}

function anotherPayment(story: LedgerStory, paid: LivePaid): void {
  answerQueries(story, paid, { state: "rejected", xref: "26112215WH25PT42SHANOTHER", transactionID: "1" });
}

for (const [what, make, why] of NEVER) {
  await eachEngine(
    t,
    `after two weeks a payment that the gateway ${what} waits for a person`,
    async (t, engine) => {
      const story = await openLedger(t, engine);
      const paid = await story.pay("captured");
      make(story, paid);
      t.match(await untilEnded(story, paid), { amount_received: 2999, settlement: { status: "unresolved" } });
      t.equal((await typesOf(story)).at(-1), "payment_intent.settlement_unresolved");
      const listed = await runJson(environmentOf(story.config), ["settlements", "unresolved"]);
      t.match(listed, { data: [{ payment_intent: paid.payment, why, asked: "8" }] });
      story.clock.ahead += 30 * DAY;
      t.equal(await askedOf(story, paid), 8, "nobody asks any more");
    },
  );
}

await eachEngine(t, "a payment that was given back before settlement is canceled", async (t, engine) => {
  const story = await openLedger(t, engine);
  const paid = await story.pay("captured");
  t.match(await story.refund(paid, 2999), { status: "succeeded" });
  t.match(await untilEnded(story, paid), {
    amount_received: 2999,
    amount_refunded: 2999,
    settlement: { status: "canceled" },
  });
});

await eachEngine(t, "a part that was given back before settlement is not missed", async (t, engine) => {
  const story = await openLedger(t, engine);
  const paid = await story.pay("captured");
  t.match(await story.refund(paid, 1000), { status: "succeeded" });
  paid.sale.state = "accepted";
  t.match(await untilEnded(story, paid), { amount_refunded: 1000, settlement: { status: "accepted" } });
});

await eachEngine(
  t,
  "a refund that finds nothing left has the settlement asked about at once",
  async (t, engine) => {
    const story = await openLedger(t, engine);
    const paid = await story.pay("captured");
    paid.sale.state = "rejected";
    t.match(await story.refund(paid, 1000), { status: "failed", failure_reason: "not_refundable" });
    const payment = await until("the rejection is known", async () => {
      const now = await paymentOf(story, paid);
      return now.settlement.status === "rejected" ? now : undefined;
    });
    t.match(payment, { amount_received: 0, amount_refunded: 0 });
  },
);

await eachEngine(t, "a late decline does not make a rejected payment a paid one", async (t, engine) => {
  const story = await openLedger(t, engine);
  const paid = await story.pay("captured");
  paid.sale.state = "rejected";
  t.match(await untilEnded(story, paid), { amount_received: 0 });
  const declined = { responseCode: "5", responseStatus: "1", amountReceived: "0", state: "declined" };
  const message = { ...paid.message, transactionID: "2", xref: "26112215WH25PT42SHDECLINED", ...declined };
  t.equal((await callback(story.app, signedBody(message, story.mine.live.secret))).status, 200);
  t.match(await sessionOf(story, paid), { payment_status: "unpaid", amount_received: 0 });
});

await eachEngine(t, "in test mode a night passes with the test clock, and may reject", async (t, engine) => {
  const story = await openPaid(t, engine);
  const { app, merchant, readPayment } = story;
  const advance = async (days: number) => {
    const body = { seconds: days * 86_400 };
    t.equal((await app.call("POST", "/v1/test_helpers/clock/advance", merchant.testKey, body)).status, 200);
  };
  await story.desk.setFaults("settlement_delayed");
  await advance(1);
  await until("the gateway was asked", async () => {
    const rows: { asked: number | string }[] = await app.db.manager.query(
      "SELECT asked FROM pending_settlement",
    );
    return Number(rows[0]?.asked) === 1 ? true : undefined;
  });
  t.match(await readPayment(), { settlement: { status: "pending" } });
  await story.desk.setFaults("settlement_rejected");
  await advance(1);
  const rejected = await until("it is rejected", async () => {
    const payment = await readPayment();
    return (payment["settlement"] as { status: string }).status === "rejected" ? payment : undefined;
  });
  t.match(rejected, { status: "succeeded", amount_received: 0 });
});
