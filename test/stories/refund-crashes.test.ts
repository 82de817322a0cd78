import t from "tap";

import type { CheckoutPoint } from "../../src/checkout/context.js";
import { systemClock } from "../../src/lib/clock.js";
import { startTestApp } from "../support/app.js";
import { eachEngine, signal, until } from "../support/database.js";
import { isBackOnce, openOn, requestsOf, untilEnded, WAYS } from "../support/refund-ways.js";
import { storyAt } from "../support/refunds.js";

const POINTS: readonly CheckoutPoint[] = [
  "refund recorded",
  "refund leased",
  "refund to be sent",
  "refund sent",
  "refund answered",
];

for (const [index, point] of POINTS.entries()) {
  const way = WAYS[index % WAYS.length] ?? WAYS[0];
  await eachEngine(t, `whoever dies at "${point}" is followed by another process`, async (t, engine) => {
    const [dead, over] = [signal(), signal()];
    const checkpoint = async (at: CheckoutPoint): Promise<void> => {
      if (at !== point) return;
      dead.give();
      await over.given; // As a process that is gone: nothing after this is done while the story lasts.
      throw new Error("dead");
    };
    // A minute later is only for the other one, so that nothing of what died goes on in the background.
    const story = await openOn(t, engine, way, { checkpoint, clock: systemClock });
    const lost = story.refund({ amount: way.amount });
    await dead.given;
    const clock = { ahead: 0, now: () => Date.now() + clock.ahead };
    const next = storyAt(await startTestApp(t, story.config, { clock }), story.merchant, story.payment);
    // What the gateway has answered is on record before anything else is done.
    t.match(await next.list(), [{ status: point === "refund answered" ? "succeeded" : "pending" }]);
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

await eachEngine(
  t,
  "a process that stood still before it sends a refund sends nothing, and begins anew",
  async (t, engine) => {
    const [, , way] = WAYS;
    const steady = performance.now.bind(performance);
    t.teardown(() => (performance.now = steady));
    let stands = true;
    const checkpoint = async (at: CheckoutPoint): Promise<void> => {
      if (at !== "refund to be sent" || !stands) return;
      stands = false;
      // Until the next turn of the event loop: half a minute has gone by meanwhile.
      performance.now = () => steady() + 31_000;
      setImmediate(() => (performance.now = steady));
    };
    const story = await openOn(t, engine, way, { checkpoint });
    t.match(await story.refund({ amount: way.amount }), { status: 200, json: { status: "pending" } });
    t.same(requestsOf(story), [], "another process may be about to give it up");
    story.clock.ahead += 60_000;
    await untilEnded(story);
    await isBackOnce(t, story, way);
  },
);
