import t from "tap";

import type { CheckoutPoint } from "../../src/checkout/context.js";
import { systemClock } from "../../src/lib/clock.js";
import { environmentOf, run, runJson } from "../support/command.js";
import { eachEngine } from "../support/database.js";
import { signedBody } from "../support/gateway.js";
import { callback } from "../support/results.js";
import { isBackOnce, openOn, untilEnded, WAYS } from "../support/refund-ways.js";
import { openPaid, type PaidStory } from "../support/refunds.js";

// Whatever fails between us and the gateway: nothing is told twice, and both books agree in the end.

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

await eachEngine(
  t,
  "a refund whose answer is lost ends by the gateway's callback as well",
  async (t, engine) => {
    const [, , refunded] = WAYS;
    const story = await openOn(t, engine, refunded, { lost: "direct_timeout:10" });
    const { app, merchant, desk } = story;
    const forged = { transactionUnique: "re_nobody", action: "REFUND_SALE", responseCode: "0" };
    t.equal((await callback(app, new URLSearchParams(forged).toString())).status, 400);
    t.match(await story.refund({ amount: 500 }), { status: 200, json: { status: "succeeded" } });
    await desk.setFaults("");
    await isBackOnce(t, story, refunded);
    t.same((await app.call("GET", "/v1/held_payments", merchant.testKey)).json.data, [], "it is no payment");
  },
);

await eachEngine(
  t,
  "a refund that was given up, and is made after all, is shown to a person",
  async (t, engine) => {
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
    const resolutions = ["accept", "dismiss"];
    t.match(data, [{ reason: "refund_failed", amount: 500, possible_resolutions: resolutions }]);
    t.match(await story.list(), [{ status: "failed" }], "what has ended has ended");
  },
);

await eachEngine(t, "settlement that comes between question and request is waited for", async (t, engine) => {
  const settling = { next: true };
  const checkpoint = async (at: CheckoutPoint): Promise<void> => {
    if (at !== "refund to be sent" || !settling.next) return;
    settling.next = false;
    await story.desk.settle("tendered");
  };
  const story: PaidStory = await openPaid(t, engine, { checkpoint });
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
