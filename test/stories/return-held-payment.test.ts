import t from "tap";

import type { CheckoutPoint } from "../../src/checkout/context.js";
import { startTestApp } from "../support/app.js";
import { eachEngine, signal } from "../support/database.js";
import { signedBody } from "../support/gateway.js";
import {
  actionsOf,
  HELD,
  type HeldStory,
  holdPayment,
  resolve,
  saying,
  scriptGateway,
} from "../support/held.js";
import { attemptOf, callback, read, stored } from "../support/results.js";

const CAPTURED = { state: "captured" };
const CANCELED = { state: "canceled", amountReceived: "0" };
const CANCEL_DONE = { ...CANCELED, action: "CANCEL:SALE" };
const SETTLED = { state: "accepted", amountReceived: "1500", amountRefunded: "0" };
const REFUNDED = { ...SETTLED, amountRefunded: "1500" };
const REFUSED = {
  action: "CANCEL",
  responseCode: "65541",
  responseStatus: "2",
  responseMessage: "ACTION NOT ALLOWED",
};

const refundDone = ({ id }: HeldStory) => ({
  action: "REFUND_SALE",
  transactionUnique: id,
  orderRef: id,
  amount: "1500",
  amountReceived: "1500",
  transactionID: "777",
  xref: "26112215WH25PT42SHREFUN",
  amountRefunded: "1500",
});

await eachEngine(
  t,
  "nothing is sent while the gateway does not say how the sale stands",
  async (t, engine) => {
    const story = await holdPayment(t, engine);
    const unknown: (Record<string, string> | "hang up")[] = [
      "hang up",
      { ...CAPTURED, transactionID: "1", xref: "another" },
      { state: "" },
      { state: "received" },
    ];
    for (const reply of unknown) {
      scriptGateway(story, { QUERY: [reply] });
      const answer = await resolve(story, { resolution: "return" });
      t.match(answer, { status: 503, json: { error: { type: "api_error", code: "return_unknown" } } });
    }
    const inBetween = [
      ["tendered", "return_too_early"],
      ["deferred", "return_too_early"],
      ["reversed", "return_refused"],
    ] as const;
    for (const [state, code] of inBetween) {
      scriptGateway(story, { QUERY: [{ state }] });
      const answer = await resolve(story, { resolution: "return" });
      t.match(answer, { status: 400, json: { error: { code } } }, state);
    }
    t.same(new Set(actionsOf(story)), new Set(["QUERY"]));
    t.same((await stored(story.app)).events, ["held_payment.created"]);
  },
);

await eachEngine(t, "money that has completed a session meanwhile is not returned", async (t, engine) => {
  const story = await holdPayment(t, engine, { state: "received" });
  const { app, mine, session, message } = story;
  await callback(app, signedBody({ ...message, state: "captured" }, mine.live.secret));
  t.equal((await read(app, mine, session)).status, "complete");
  const answer = await resolve(story, { resolution: "return" });
  t.match(answer, { status: 400, json: { error: { code: "resolution_not_possible" } } });
  t.equal(story.gateway.requests.length, 0);
  t.match(await resolve(story, { resolution: "accept" }), { status: 200 });
  t.equal((await stored(app)).intents, 1);
});

await eachEngine(
  t,
  "a sale that is not settled is cancelled, and the shopper may pay again",
  async (t, engine) => {
    const story = await holdPayment(t, engine);
    const { app, mine, session } = story;
    scriptGateway(story, { QUERY: [CAPTURED], CANCEL: [CANCEL_DONE] });
    const headers = { "idempotency-key": "back" };
    const first = await resolve(story, { resolution: "return", note: "half paid" }, headers);
    t.match(first, { status: 200, json: { resolution: "return", note: "half paid" } });
    const again = await resolve(story, { resolution: "return", note: "half paid" }, headers);
    t.equal(again.text, first.text);
    t.same(actionsOf(story), ["QUERY", "CANCEL"]);
    t.equal(story.gateway.requests[1]?.fields["xref"], story.message["xref"]);
    t.equal((await read(app, mine, session)).status, "open");
    t.equal(await attemptOf(app, session), 2, "under another name than the payment that went back");
    t.same((await stored(app)).events, ["held_payment.created", "held_payment.returned"]);
  },
);

await eachEngine(t, "a settled sale is refunded under the held payment's own name", async (t, engine) => {
  const story = await holdPayment(t, engine);
  scriptGateway(story, { QUERY: [SETTLED], REFUND_SALE: [refundDone(story)] });
  t.match(await resolve(story, { resolution: "return" }), { status: 200 });
  t.match(story.gateway.requests[1]?.fields, {
    action: "REFUND_SALE",
    amount: "1500",
    xref: story.message["xref"],
    transactionUnique: story.id,
  });
});

await eachEngine(t, "a lost answer is met by asking, never by sending again", async (t, engine) => {
  const cancelled = await holdPayment(t, engine);
  scriptGateway(cancelled, { QUERY: [CAPTURED, CANCELED], CANCEL: ["hang up"] });
  t.match(await resolve(cancelled, { resolution: "return" }), { status: 200 });
  t.same(actionsOf(cancelled), ["QUERY", "CANCEL", "QUERY"]);
});

await eachEngine(
  t,
  "a refund whose answer is lost is told again only where none was made",
  async (t, engine) => {
    const story = await holdPayment(t, engine);
    const returning = async () => await resolve(story, { resolution: "return" });
    const sent = () => actionsOf(story).filter((action) => action === "REFUND_SALE").length;
    const silentAboutIt = { state: "accepted", amountReceived: "1500" };
    scriptGateway(story, { QUERY: [silentAboutIt], REFUND_SALE: ["hang up"] });
    t.match(await returning(), { status: 503 });
    t.match(await returning(), { status: 503 });
    t.equal(sent(), 1);
    t.match(await resolve(story, { resolution: "accept" }), {
      status: 400,
      json: { error: { code: "resolution_not_possible" } },
    });
    scriptGateway(story, { QUERY: [REFUNDED], REFUND_SALE: ["hang up"] });
    t.match(await returning(), { status: 200 });
    t.equal(sent(), 1, "the gateway says that it was made");
  },
);

await eachEngine(t, "what the gateway refuses for good leaves the payment as it was", async (t, engine) => {
  const story = await holdPayment(t, engine);
  scriptGateway(story, { QUERY: [CAPTURED], CANCEL: [REFUSED] });
  const answer = await resolve(story, { resolution: "return" });
  t.match(answer, {
    status: 400,
    json: { error: { code: "return_refused", message: /ACTION NOT ALLOWED/ } },
  });
  t.match(await resolve(story, { resolution: "accept" }), { status: 200 }, "also free to be accepted");
});

await eachEngine(t, "while one call gives the money back, every other is refused", async (t, engine) => {
  const [asked, answered] = [signal(), signal()];
  const story = await holdPayment(t, engine);
  story.gateway.answer(async ({ fields }) => {
    asked.give();
    await answered.given;
    return saying(story, fields["action"] === "CANCEL" ? CANCEL_DONE : CAPTURED);
  });
  const first = resolve(story, { resolution: "return" });
  await asked.given;
  for (const resolution of ["return", "accept", "dismiss"]) {
    const busy = { status: 409, json: { error: { code: "held_payment_busy" } } };
    t.match(await resolve(story, { resolution, note: "no" }), busy, resolution);
  }
  answered.give();
  t.match(await first, { status: 200 });
  t.same(actionsOf(story), ["QUERY", "CANCEL"]);
});

const POINTS: CheckoutPoint[] = ["return leased", "return to be sent", "return answered"];

for (const point of POINTS) {
  await eachEngine(
    t,
    `whoever dies at "${point}" is followed by another, once the claim is over`,
    async (t, engine) => {
      const clock = { time: Date.now(), now: () => clock.time };
      const [dead, over] = [signal(), signal()];
      const checkpoint = async (at: CheckoutPoint) => {
        if (at !== point) return;
        dead.give();
        await over.given; // As a process that is gone: nothing after this is done while the story lasts.
        throw new Error("dead");
      };
      const story = await holdPayment(t, engine, { amountReceived: "1500" }, { clock, checkpoint });
      const told = { canceled: false };
      story.gateway.answer(({ fields }) => {
        told.canceled ||= fields["action"] === "CANCEL";
        return saying(story, told.canceled ? CANCEL_DONE : CAPTURED);
      });
      const lost = resolve(story, { resolution: "return" });
      await dead.given;
      const next = await startTestApp(t, story.config, { clock });
      const other = { ...story, app: next };
      t.match(await resolve(other, { resolution: "return" }), { status: 409 }, "the claim still stands");
      clock.time += 60_000;
      t.match(await resolve(other, { resolution: "return" }), {
        status: 200,
        json: { resolution: "return" },
      });
      t.equal(actionsOf(story).filter((action) => action === "CANCEL").length, 1);
      t.same((await stored(next)).events, ["held_payment.created", "held_payment.returned"]);
      over.give();
      t.equal((await lost).status, 500);
      t.match((await next.call("GET", `${HELD}/${story.id}`, story.mine.liveKey)).json, {
        resolution: "return",
      });
    },
  );
}
