import t from "tap";

import { eachEngine, onSqlite, until } from "../support/database.js";
import { connect } from "../support/grpc.js";
import { openPaid } from "../support/refunds.js";

/** How the sale stands in the gateway's books once all of it is back. */
const STANDING = {
  before: { state: "canceled", amountReceived: 0, amountRefunded: 0 },
  after: { state: "accepted", amountReceived: 100, amountRefunded: 100 },
};

await eachEngine(t, "nothing is refunded that was not received, or is somebody else's", async (t, engine) => {
  const { refund, app, merchant, payment, told, list } = await openPaid(t, engine);
  const refused = [
    [{ payment_intent: "pi_nobody" }, 404, "resource_missing", "payment_intent"],
    [{ payment_intent: "" }, 400, "parameter_missing", "payment_intent"],
    [{ amount: 0 }, 400, "parameter_invalid", "amount"],
    [{ amount: -1 }, 400, "parameter_invalid", "amount"],
    [{ amount: 2001 }, 400, "refund_too_large", "amount"],
    [{ reason: "expired" }, 400, "parameter_invalid", "reason"],
    [{ metadata: { "a[b]": "1" } }, 400, "parameter_invalid", undefined],
  ] as const;
  for (const [body, status, code, param] of refused) {
    const answer = await refund(body);
    t.match(answer, { status, json: { error: { code, ...(param === undefined ? {} : { param }) } } }, code);
  }
  t.match((await refund({ amount: 2001 })).json.error.message, /2000 gbp/);
  const live = await app.call("POST", "/v1/refunds", merchant.liveKey, { payment_intent: payment });
  t.equal(live.status, 404, "a live key does not see a test payment");
  t.same([await list(), told()], [[], []]);
});

await eachEngine(
  t,
  "before settlement a payment goes back in parts, the last one by cancel",
  async (t, engine) => {
    const { refund, readPayment, sale, told, list, events } = await openPaid(t, engine);
    const first = await refund({ amount: 500, reason: "requested_by_customer", metadata: { order: "7" } });
    t.match(first, {
      status: 200,
      json: {
        id: /^re_/,
        object: "refund",
        amount: 500,
        currency: "gbp",
        status: "succeeded",
        reason: "requested_by_customer",
        failure_reason: null,
        livemode: false,
        metadata: { order: "7" },
      },
    });
    t.match(await sale(), { state: "captured", amountReceived: 1500 });
    t.match(await readPayment(), { status: "succeeded", amount_received: 2000, amount_refunded: 500 });
    t.match(await refund(), { status: 200, json: { amount: 1500, status: "succeeded", reason: null } });
    t.match(await sale(), { state: "canceled", amountReceived: 0 });
    t.match(await readPayment(), { status: "succeeded", amount_received: 2000, amount_refunded: 2000 });
    t.same(told(), ["QUERY:SALE", "CAPTURE:SALE", "QUERY:SALE", "CANCEL:SALE"]);
    t.match(await refund(), { status: 400, json: { error: { param: "amount", message: / 0 gbp/ } } });
    t.match(await list(), [{ amount: 500 }, { amount: 1500 }]);
    const each = ["refund.created", "charge.refunded", "refund.updated"];
    t.same(await events(), [...each, ...each]);
  },
);

await eachEngine(
  t,
  "after settlement the card is refunded, under each refund's own name",
  async (t, engine) => {
    const { refund, desk, sale, readPayment, refundsAtGateway, told } = await openPaid(t, engine);
    await refund({ amount: 500 });
    await desk.settle();
    const { json: second } = await refund({ amount: 700 });
    const { json: third } = await refund();
    t.match([second, third], [{ status: "succeeded" }, { status: "succeeded", amount: 800 }]);
    t.match(await refundsAtGateway(), [
      { amount: 700, transactionUnique: second.id },
      { amount: 800, transactionUnique: third.id },
    ]);
    t.match(await sale(), { state: "accepted", amountReceived: 1500, amountRefunded: 1500 });
    t.match(await readPayment(), { amount_received: 2000, amount_refunded: 2000 });
    t.same(told().slice(2), ["QUERY:SALE", "REFUND_SALE", "QUERY:SALE", "REFUND_SALE"]);
  },
);

await eachEngine(
  t,
  "between capture and settlement a refund waits, and goes on by itself",
  async (t, engine) => {
    const { refund, desk, app, merchant, list, readPayment, told } = await openPaid(t, engine);
    await desk.settle("tendered");
    t.match(await refund({ amount: 500 }), { status: 200, json: { status: "pending" } });
    t.match(await refund({ amount: 300 }), { status: 200, json: { status: "pending" } }, "it waits in line");
    t.match(await readPayment(), { amount_refunded: 800 }, "both are reserved");
    t.match(await refund({ amount: 1201 }), { status: 400, json: { error: { message: / 1200 gbp/ } } });
    await desk.settle();
    t.notOk(told().includes("REFUND_SALE"));
    await app.call("POST", "/v1/test_helpers/clock/advance", merchant.testKey, { seconds: 3601 });
    await until("both are back", async () => (await list()).every(({ status }) => status === "succeeded"));
    t.same(told().filter((action) => action === "REFUND_SALE").length, 2);
  },
);

await eachEngine(
  t,
  "a payment that the gateway has no money of fails its refund, and frees it",
  async (t, engine) => {
    const { refund, desk, readPayment, list, events, told } = await openPaid(t, engine, { amount: 2999 });
    await desk.setFaults("amount_bands"); // They reject this amount at settlement.
    await desk.settle();
    t.match(await refund({ amount: 500 }), {
      status: 200,
      json: { status: "failed", failure_reason: "not_refundable" },
    });
    t.match(await readPayment(), { amount_refunded: 0 });
    t.match(await list(), [{ status: "failed" }]);
    t.same(await events(), ["refund.created", "refund.failed"]);
    t.same(told(), ["QUERY:SALE"]);
  },
);

for (const when of ["before", "after"] as const) {
  await eachEngine(
    t,
    `of fifty refunds of 10 at once out of 100 exactly ten succeed, ${when} settlement`,
    async (t, engine) => {
      const story = await openPaid(t, engine, { amount: 100 });
      if (when === "after") await story.desk.settle();
      const answers = await Promise.all(Array.from({ length: 50 }, () => story.refund({ amount: 10 })));
      const made = answers.filter(({ status }) => status === 200);
      const refused = answers.filter(({ status }) => status === 400);
      t.same([made.length, refused.length], [10, 40]);
      t.ok(made.every(({ json }) => json.status === "succeeded"));
      t.match(refused[0]?.json, { error: { code: "refund_too_large", param: "amount" } });
      t.match(await story.readPayment(), { amount_received: 100, amount_refunded: 100 });
      t.match(await story.sale(), STANDING[when]);
      t.equal((await story.refundsAtGateway()).length, when === "after" ? 10 : 0);
    },
  );
}

await eachEngine(t, "a refund that is asked for twice with one key is made once", async (t, engine) => {
  const { refund, told, readPayment } = await openPaid(t, engine);
  const headers = { "idempotency-key": "back" };
  const answers = await Promise.all([1, 2, 3].map(() => refund({ amount: 500 }, headers)));
  const again = await refund({ amount: 500 }, headers);
  t.equal(new Set([...answers, again].map(({ json }) => json.id)).size, 1);
  t.match(again, { status: 200, json: { status: "succeeded" } });
  t.equal(again.headers.get("idempotent-replayed"), "true");
  t.match(await refund({ amount: 501 }, headers), { json: { error: { code: "idempotency_key_reused" } } });
  t.match(await readPayment(), { amount_refunded: 500 });
  t.same(told(), ["QUERY:SALE", "CAPTURE:SALE"]);
});

await onSqlite(t, "both faces tell the same of refunds", async (t, engine) => {
  const { refund, list, app, merchant, payment } = await openPaid(t, engine);
  const client = await connect(app.urls.grpc, { service: "RefundService" });
  t.teardown(client.close);
  const call = async (method: string, request: object) =>
    await client.call(method, request, merchant.testKey);
  const { json: first } = await refund({ amount: 500, reason: "duplicate" });
  const { answer } = await call("createRefund", { payment_intent: payment, amount: 300 });
  t.match(answer.refund, { amount: "300", status: "REFUND_STATUS_SUCCEEDED" });
  t.match(await list(), [{ id: first.id }, { id: answer.refund.id, amount: 300, status: "succeeded" }]);
  const { answer: read } = await call("getRefund", { id: first.id });
  t.match(read.refund, { amount: "500", reason: "REFUND_REASON_DUPLICATE", payment_intent: payment });
  const { answer: page } = await call("listRefunds", { limit: 1, starting_after: answer.refund.id });
  t.match(page, { data: [{ id: first.id }], url: "/v1/refunds" });
  const { error } = await call("createRefund", { payment_intent: payment, amount: 1201 });
  t.match(error, { code: 3, details: /1200 gbp/ });
  t.match((await call("getRefund", { id: "re_nobody" })).error, { code: 5 });
  t.match(await app.call("GET", `/v1/refunds/${first.id}`, merchant.liveKey), { status: 404 });
  t.match(await app.call("GET", "/v1/refunds?starting_after=re_nobody", merchant.testKey), { status: 400 });
});
