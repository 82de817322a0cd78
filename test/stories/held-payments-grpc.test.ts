import { status } from "@grpc/grpc-js";
import t, { type Test } from "tap";

import type { TestEngine } from "../support/database.js";
import { eachEngine } from "../support/database.js";
import { paidMessage, signedBody } from "../support/gateway.js";
import { connect } from "../support/grpc.js";
import { holdAnother, holdPayment, scriptGateway } from "../support/held.js";
import { COMPLETION_EVENTS, callback, read, stored } from "../support/results.js";

const DISMISS = { resolution: "HELD_PAYMENT_RESOLUTION_DISMISS" };
const ACCEPT = { resolution: "HELD_PAYMENT_RESOLUTION_ACCEPT" };
const RETURN = { resolution: "HELD_PAYMENT_RESOLUTION_RETURN" };

const CANCEL_DONE = { state: "canceled", action: "CANCEL:SALE", amountReceived: "0" };

await eachEngine(t, "gRPC shows a held payment to nobody but its own merchant", async (t, engine) => {
  const story = await openStory(t, engine);
  const { client, mine, other, id } = story;
  for (const key of [undefined, "sk_live_nobody"]) {
    t.equal((await client.call("listHeldPayments", {}, key)).error?.code, status.UNAUTHENTICATED);
    t.equal((await client.call("getHeldPayment", { id }, key)).error?.code, status.UNAUTHENTICATED);
    t.equal(
      (await client.call("resolveHeldPayment", { id, ...ACCEPT }, key)).error?.code,
      status.UNAUTHENTICATED,
    );
  }
  for (const key of [other.liveKey, mine.testKey]) {
    t.same((await client.call("listHeldPayments", {}, key)).answer.data, []);
    for (const request of [
      client.call("getHeldPayment", { id }, key),
      client.call("resolveHeldPayment", { id, ...ACCEPT }, key),
    ]) {
      const { error } = await request;
      t.match([error?.code, reasonOf(error)], [status.NOT_FOUND, /HELD_PAYMENT_NOT_FOUND/]);
    }
  }
  t.same((await stored(story.app)).events, ["held_payment.created"]);
});

await eachEngine(t, "gRPC refuses a decision that is none, and a second one", async (t, engine) => {
  const { client, mine, id } = await openStory(t, engine, { amountReceived: undefined });
  const decide = async (decision: object) =>
    (await client.call("resolveHeldPayment", { id, ...decision }, mine.liveKey)).error;
  const wrong: [object, number, RegExp][] = [
    [{}, status.INVALID_ARGUMENT, /PARAMETER_MISSING.*resolution/s],
    [{ resolution: 9 }, status.INVALID_ARGUMENT, /PARAMETER_INVALID.*resolution/s],
    [DISMISS, status.INVALID_ARGUMENT, /PARAMETER_MISSING.*note/s],
    [{ ...DISMISS, note: "n".repeat(1001) }, status.INVALID_ARGUMENT, /PARAMETER_INVALID.*note/s],
    [ACCEPT, status.FAILED_PRECONDITION, /RESOLUTION_NOT_POSSIBLE.*resolution/s],
  ];
  for (const [decision, code, reason] of wrong) {
    const error = await decide(decision);
    t.match([error?.code, reasonOf(error)], [code, reason], JSON.stringify(decision));
  }
  t.equal(await decide({ ...DISMISS, note: "seen" }), undefined);
  const late = await decide({ ...DISMISS, note: "seen again" });
  t.match([late?.code, reasonOf(late)], [status.FAILED_PRECONDITION, /HELD_PAYMENT_RESOLVED/]);
});

await eachEngine(t, "held payments are listed and read over gRPC, in typed words", async (t, engine) => {
  const { client, app, mine, session, message, id } = await openStory(t, engine);
  await callback(app, signedBody(paidMessage(session, "100856", { amount: "1" }), mine.live.secret));
  const list = async (request: object) =>
    (await client.call("listHeldPayments", request, mine.liveKey)).answer;
  const first = await list({ limit: 1 });
  t.match([first.object, first.has_more, first.data.length], ["list", true, 1]);
  const rest = await list({ starting_after: first.data[0].id });
  t.match([rest.has_more, rest.data.length], [undefined, 1]); // False is not sent.
  const { answer } = await client.call("getHeldPayment", { id }, mine.liveKey);
  t.same(answer.held_payment, rest.data[0]);
  t.match(answer.held_payment, {
    id,
    object: "held_payment",
    livemode: true,
    checkout_session: session.id,
    reason: "HELD_PAYMENT_REASON_AMOUNT_MISMATCH",
    amount: "2999",
    amount_received: "1500",
    currency: "gbp",
    gateway_transaction: message["transactionID"],
    possible_resolutions: [ACCEPT.resolution, RETURN.resolution, DISMISS.resolution],
  });
});

await eachEngine(
  t,
  "over gRPC one payment is accepted, one returned and one dismissed, each for good",
  async (t, engine) => {
    const story = await openStory(t, engine);
    const { client, app, mine, session } = story;
    const back = await holdAnother(story);
    const dropped = await holdAnother(story);
    const decide = async (id: string, decision: object, headers: Record<string, string> = {}) =>
      (await client.call("resolveHeldPayment", { id, ...decision }, mine.liveKey, headers)).answer
        ?.held_payment;

    const accepted = await decide(story.id, ACCEPT, { "idempotency-key": "accept" });
    t.match(accepted, { ...ACCEPT, possible_resolutions: [] });
    t.same(await decide(story.id, ACCEPT, { "idempotency-key": "accept" }), accepted, "sent again");
    t.match(await read(app, mine, session), { status: "complete", payment_status: "paid" });

    scriptGateway(back, { QUERY: [{ state: "captured" }], CANCEL: [CANCEL_DONE] });
    t.match(await decide(back.id, RETURN), RETURN);
    t.match(await decide(dropped.id, { ...DISMISS, note: "by hand" }), { ...DISMISS, note: "by hand" });
    for (const { session: unpaid } of [back, dropped])
      t.equal((await read(app, mine, unpaid)).status, "open");

    const waiting = await client.call("listHeldPayments", { resolved: false }, mine.liveKey);
    t.same(waiting.answer.data, []);
    t.same((await stored(app)).events.slice(3), [
      ...COMPLETION_EVENTS,
      "held_payment.accepted",
      "held_payment.returned",
      "held_payment.dismissed",
    ]);
  },
);

async function openStory(t: Test, engine: TestEngine, changes?: Record<string, string | undefined>) {
  const story = await holdPayment(t, engine, changes);
  const client = await connect(story.app.urls.grpc, { service: "HeldPaymentService" });
  t.teardown(() => client.close());
  return { ...story, client };
}

/** The status with its details: reason and fields stand in it as they are. */
function reasonOf(error: { metadata: { get(name: string): unknown[] } } | undefined): string {
  return String(error?.metadata.get("grpc-status-details-bin")[0]);
}
