import t from "tap";

import { eachEngine, until } from "../support/database.js";
import { metric } from "../support/reconciliation.js";
import { isBackOnce, openOn, requestsOf, untilEnded, WAYS } from "../support/refund-ways.js";

// On each way on which money goes back: the request is lost, or its answer, and the gateway is asked.

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
