import t, { type Test } from "tap";

import { environmentOf, runJson } from "../support/command.js";
import { eachEngine, until } from "../support/database.js";
import { type LedgerStory, type LivePaid, openLedger } from "../support/ledger-gateway.js";
import { metric } from "../support/reconciliation.js";

// An authorized payment is captured or released as the gateway's books have it, whatever its answers say; and a
// request is sent once.

const MINUTE = 60_000;

const capture = (story: LedgerStory, { payment }: LivePaid, amount: number, key: string) =>
  story.app.call(
    "POST",
    `/v1/payment_intents/${payment}/capture`,
    story.mine.liveKey,
    { amount_to_capture: amount },
    { "idempotency-key": key },
  );

const cancel = (story: LedgerStory, { payment }: LivePaid, key: string) =>
  story.app.call(
    "POST",
    `/v1/payment_intents/${payment}/cancel`,
    story.mine.liveKey,
    {},
    { "idempotency-key": key },
  );

const read = (story: LedgerStory, { payment }: LivePaid) => story.read(`/v1/payment_intents/${payment}`);

const REFUSED = { status: 400, json: { error: { type: "card_error", code: "capture_refused" } } };
const UNEXPECTED_STATE = { status: 400, json: { error: { code: "payment_intent_unexpected_state" } } };

const DECLINED = {
  responseCode: "5",
  responseStatus: "1",
  responseMessage: "CARD DECLINED",
  state: "approved",
};

async function isTaken(t: Test, story: LedgerStory, paid: LivePaid, amount: number): Promise<void> {
  t.match(await read(story, paid), { status: "succeeded", amount: 2999, amount_received: amount });
  t.same(story.sent(paid), ["CAPTURE"]);
}

await eachEngine(t, "what the gateway has captured counts, whatever it answers", async (t, engine) => {
  const story = await openLedger(t, engine);
  const { odd } = story;
  odd.moves = false;
  const less = await story.pay("approved");
  Object.assign(less.sale, { state: "captured", kept: 1000 });
  t.match(await capture(story, less, 2000, "less"), { status: 200, json: { amount_received: 1000 } });
  await isTaken(t, story, less, 1000);
  odd.moves = true;
  for (const answer of [
    { amountReceived: "500" },
    { amountReceived: "2999" },
    { xref: "ANOTHERSALE", transactionID: "99" },
    { currencyCode: "978" },
    { action: "SALE" },
    { state: "approved" },
    DECLINED,
  ]) {
    const paid = await story.pay("approved");
    odd.answer = answer;
    const answered = await capture(story, paid, 2000, JSON.stringify(answer));
    t.match(answered, { status: 200, json: { status: "succeeded" } }, JSON.stringify(answer));
    await isTaken(t, story, paid, 2000);
  }
  odd.answer = {};
  odd.lost = true;
  const lost = await story.pay("approved");
  t.match((await capture(story, lost, 2000, "lost")).json, { status: "succeeded" });
  await isTaken(t, story, lost, 2000);
});

await eachEngine(
  t,
  "a capture that the gateway refuses leaves the authorization as it was",
  async (t, engine) => {
    const story = await openLedger(t, engine);
    const paid = await story.pay("approved");
    Object.assign(story.odd, { moves: false, answer: DECLINED });
    const refused = await capture(story, paid, 2000, "first");
    t.match(refused, REFUSED);
    t.match(refused.json.error.message, /CARD DECLINED \(5\)/);
    t.match(await capture(story, paid, 2000, "first"), REFUSED, "and so is its repetition");
    t.match(await read(story, paid), {
      status: "requires_capture",
      amount_capturable: 2999,
      amount_received: 0,
    });
    t.match(await cancel(story, paid, "second"), REFUSED);
    t.match(await read(story, paid), { status: "requires_capture" });
    Object.assign(story.odd, { moves: true, answer: {} });
    t.match(await capture(story, paid, 2999, "third"), { status: 200, json: { amount_received: 2999 } });
    t.same(story.sent(paid), ["CAPTURE", "CANCEL", "CAPTURE"], "each call has sent its own once");
  },
);

await eachEngine(
  t,
  "a capture of which nothing is known is not sent again, nor anything else",
  async (t, engine) => {
    const story = await openLedger(t, engine);
    const paid = await story.pay("approved");
    Object.assign(story.odd, { moves: false, lost: true });
    t.match(await capture(story, paid, 2000, "lost"), { status: 200, json: { status: "processing" } });
    t.match(await read(story, paid), { amount_capturable: 0, amount_received: 0 });
    t.match(await capture(story, paid, 2000, "again"), UNEXPECTED_STATE);
    t.match(await cancel(story, paid, "cancel"), UNEXPECTED_STATE);
    story.odd.lost = false;
    story.clock.ahead += 3 * MINUTE;
    const stands = async (): Promise<boolean> => (await read(story, paid)).status === "requires_capture";
    await until("it has surely not arrived", stands);
    t.match(await capture(story, paid, 2000, "lost"), REFUSED, "the first call hears of it");
    t.same(story.sent(paid), ["CAPTURE"]);
    story.odd.moves = true;
    t.match((await cancel(story, paid, "cancel")).json, { status: "canceled" });
  },
);

await eachEngine(
  t,
  "a lost capture is found in the background, and a lost cancellation sent again",
  async (t, engine) => {
    const story = await openLedger(t, engine);
    const [captured, released] = [await story.pay("approved"), await story.pay("approved")];
    const { odd } = story;
    odd.lost = true;
    const asked = { ...captured.sale };
    captured.sale.state = "received"; // What the gateway says while it works on it.
    odd.moves = false;
    t.match((await capture(story, captured, 2000, "lost")).json, { status: "processing" });
    Object.assign(captured.sale, asked, { state: "captured", kept: 2000 });
    t.match((await cancel(story, released, "cancel")).json, { status: "processing" });
    Object.assign(odd, { lost: false, moves: true });
    story.clock.ahead += 3 * MINUTE;
    await until("the capture is found", async () => (await read(story, captured)).status === "succeeded");
    await isTaken(t, story, captured, 2000);
    story.clock.ahead += 3 * MINUTE;
    await until("the card is released", async () => (await read(story, released)).status === "canceled");
    t.same(story.sent(released), ["CANCEL", "CANCEL"]);
  },
);

await eachEngine(t, "more than was authorized is never recorded, nor what is no sale", async (t, engine) => {
  const story = await openLedger(t, engine);
  story.odd.moves = false;
  const paid = await story.pay("approved");
  Object.assign(paid.sale, { state: "captured", kept: 3000 });
  t.match((await capture(story, paid, 2999, "more")).json, { status: "processing", amount_received: 0 });
  const worked = () => story.app.logged.filter((line) => line.includes("more than was authorized")).length;
  const before = worked();
  story.clock.ahead += 30 * MINUTE;
  await until("it was asked about again", () => worked() > before);
  t.match(await read(story, paid), { status: "processing", amount_received: 0 });
  t.same(story.sent(paid), ["CAPTURE"]);
  t.equal(await metric(story, "calmonypay_captures_in_doubt"), 1);
  const inDoubt = ["captures", "in-doubt"];
  t.match(await runJson(environmentOf(story.config), inDoubt), {
    data: [
      { payment_intent: paid.payment, mode: "live", request: "capture", amount: "2999", asked: /^[1-9]/ },
    ],
  });
  Object.assign(paid.sale, { kept: 2999 });
  story.clock.ahead += 30 * MINUTE;
  await until("a person has mended it", async () => (await read(story, paid)).status === "succeeded");
  t.equal(await metric(story, "calmonypay_captures_in_doubt"), 0);
  t.same(await runJson(environmentOf(story.config), inDoubt), { data: [] });
});

await eachEngine(
  t,
  "an authorization that the gateway has let lapse, or captured, is no other one's",
  async (t, engine) => {
    const story = await openLedger(t, engine);
    story.odd.moves = false;
    story.odd.answer = {
      responseCode: "65541",
      responseStatus: "2",
      responseMessage: "Action not allowed",
      state: "",
    };
    const lapsed = await story.pay("approved");
    Object.assign(lapsed.sale, { state: "finished", kept: 0 });
    t.match(await capture(story, lapsed, 100, "late"), REFUSED);
    t.match(await read(story, lapsed), {
      status: "canceled",
      cancellation_reason: "expired",
      amount_received: 0,
    });
    const taken = await story.pay("approved");
    Object.assign(taken.sale, { state: "captured", kept: 2999 });
    t.match(await cancel(story, taken, "late too"), REFUSED);
    t.match(await read(story, taken), { status: "succeeded", amount_received: 2999 });
  },
);
