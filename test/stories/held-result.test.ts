import t from "tap";

import { createTestMerchant, startTestApp, type TestApp, testConfig } from "../support/app.js";
import { eachEngine } from "../support/database.js";
import { paidMessage, signedBody } from "../support/gateway.js";
import { anOrder } from "../support/orders.js";
import {
  bring,
  callback,
  openSession,
  read,
  resultsOf,
  stored,
  type Session,
  type StoredResult,
} from "../support/results.js";

await eachEngine(
  t,
  "an approved result that is not the whole payment is held, and no form is given out",
  async (t, engine) => {
    const changes: [Record<string, string | undefined>, string][] = [
      [{ amount: "2998" }, "amount_mismatch"],
      [{ amountReceived: "1000" }, "amount_mismatch"],
      [{ amountReceived: undefined }, "amount_mismatch"],
      [{ amount: "29.99" }, "amount_mismatch"],
      [{ currencyCode: "978" }, "currency_mismatch"],
      [{ currencyExponent: "0" }, "currency_mismatch"],
      [{ orderRef: "cs_other" }, "order_mismatch"],
      [{ action: "PREAUTH" }, "action_mismatch"],
      [{ state: "reversed" }, "state_mismatch"],
      [{ state: "approved" }, "state_mismatch"],
      [{ responseCode: "10" }, "approved_variant"],
      [{ responseCode: "85" }, "approved_variant"],
    ];
    const config = testConfig(engine);
    const mine = await createTestMerchant(config);
    const app = await startTestApp(t, config);
    for (const [change, reason] of changes) {
      const session = (await app.call("POST", "/v1/checkout/sessions", mine.liveKey, anOrder()))
        .json as Session;
      const message = paidMessage(session, mine.live.gatewayMerchantId, change);
      const answer = await bring(app, session.id, signedBody(message, mine.live.secret));
      t.match(await answer.text(), /has to look at your payment/, reason);
      t.match(await resultsOf(app, session), [{ outcome: "held", held_reason: reason }]);
      t.equal((await read(app, mine, session)).status, "open");
      t.match((await app.call("GET", `/pay/${session.id}`, undefined)).text, /has to look at your payment/);
    }
    const { intents, methods, events } = await stored(app);
    t.same([intents, methods], [0, 0]);
    t.same(events, Array(changes.length).fill("held_payment.created"));
  },
);

await eachEngine(
  t,
  "an approval that is captured after all pays its session, and is not returned then",
  async (t, engine) => {
    const { app, mine, session } = await openSession(t, engine);
    const sale = { transactionID: "48123", xref: "26112215WH25PT42SH48123" };
    const say = (state: string) =>
      signedBody(paidMessage(session, mine.live.gatewayMerchantId, { ...sale, state }), mine.live.secret);
    t.equal((await callback(app, say("approved"))).status, 200);
    const [held] = await resultsOf(app, session);
    t.match(held, { outcome: "held", held_reason: "state_mismatch" });
    t.equal((await callback(app, say("captured"))).status, 200);
    t.match(await read(app, mine, session), { status: "complete", payment_status: "paid" });
    const path = `/v1/held_payments/${held?.id}/resolve`;
    const returned = await app.call("POST", path, mine.liveKey, { resolution: "return" });
    t.equal(returned.status, 400, returned.text);
    t.equal((await stored(app)).intents, 1);
  },
);

await eachEngine(t, "a payment of an attempt that was never made is held", async (t, engine) => {
  const { app, mine, session } = await openSession(t, engine);
  const message = paidMessage(session, mine.live.gatewayMerchantId, { transactionUnique: `${session.id}-2` });
  t.equal((await callback(app, signedBody(message, mine.live.secret))).status, 200);
  t.match(await resultsOf(app, session), [{ outcome: "held", held_reason: "order_mismatch" }]);
});

await eachEngine(t, "one transaction does not pay two sessions: the second is held", async (t, engine) => {
  const { app, mine, session } = await openSession(t, engine);
  const { json: second } = await app.call("POST", "/v1/checkout/sessions", mine.liveKey, anOrder());
  for (const { id, amount_total } of [session, second, second] as Session[]) {
    const message = paidMessage({ id, amount_total }, mine.live.gatewayMerchantId, { transactionID: "7" });
    t.equal((await callback(app, signedBody(message, mine.live.secret))).status, 200);
  }
  t.match(await resultsOf(app, session), [{ outcome: "completed" }]);
  t.match(await resultsOf(app, second), [{ outcome: "held", held_reason: "duplicate" }]);
  t.equal((await read(app, mine, second)).status, "open");
  t.match(await stored(app), { intents: 1 });
});

await eachEngine(
  t,
  "a verified payment of no session of ours is held, a stranger's refused",
  async (t, engine) => {
    const { app, mine, other } = await openSession(t, engine);
    const lost = paidMessage({ id: "cs_0lost", amount_total: 2999 }, mine.live.gatewayMerchantId);
    t.equal((await callback(app, signedBody(lost, "nobody's secret"))).status, 400);
    t.equal((await callback(app, signedBody({ ...lost, merchantID: "1" }, mine.live.secret))).status, 400);
    for (const time of ["first", "again"])
      t.equal((await callback(app, signedBody(lost, other.live.secret))).status, 200, time);
    t.match((await stored(app)).results, [
      { outcome: "held", held_reason: "session_unknown", merchant_id: other.id, session_id: null },
    ]);
  },
);

await eachEngine(
  t,
  "whatever is held is told by one event, however often its message comes and by which way",
  async (t, engine) => {
    const { app, mine, session } = await openSession(t, engine);
    const messageOf = (paid: Session, changes: Record<string, string>) =>
      signedBody(paidMessage(paid, mine.live.gatewayMerchantId, changes), mine.live.secret);
    const { json: reused } = await app.call("POST", "/v1/checkout/sessions", mine.liveKey, anOrder());
    const bodies = [
      messageOf(session, { amountReceived: "1000", transactionID: "1" }),
      messageOf(session, { transactionID: "2" }),
      messageOf(session, { transactionID: "3" }),
      messageOf(reused, { transactionID: "2" }),
      messageOf({ id: "cs_0lost", amount_total: 2999 }, { transactionID: "4" }),
    ];
    for (const body of bodies) await Promise.all([1, 2, 3, 4].map(() => callback(app, body)));
    const held = (await stored(app)).results.filter(({ outcome }) => outcome === "held");
    t.same(
      held.map(({ held_reason }) => held_reason),
      ["amount_mismatch", "duplicate", "duplicate", "session_unknown"],
    );
    t.same(await heldEvents(app), held.map(toldBy));
  },
);

/** What each such event is about. */
async function heldEvents({ db }: TestApp) {
  const rows = (await db.manager.query(
    "SELECT object_id, merchant_id, livemode FROM event WHERE type = 'held_payment.created' ORDER BY id",
  )) as { object_id: string; merchant_id: string; livemode: unknown }[];
  return rows.map(({ object_id, merchant_id, livemode }) => ({
    object_id,
    merchant_id,
    livemode: Number(livemode),
  }));
}

function toldBy({ id, merchant_id }: StoredResult) {
  return { object_id: id, merchant_id, livemode: 1 };
}
