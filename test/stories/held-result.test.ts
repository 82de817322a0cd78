import t from "tap";

import { createTestMerchant, startTestApp, testConfig } from "../support/app.js";
import { eachEngine } from "../support/database.js";
import { paidMessage, signedBody } from "../support/gateway.js";
import { anOrder } from "../support/orders.js";
import { bring, callback, openSession, read, resultsOf, stored, type Session } from "../support/results.js";

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
      t.match(await answer.text(), /being checked/, reason);
      t.match(await resultsOf(app, session), [{ outcome: "held", held_reason: reason }]);
      t.equal((await read(app, mine, session)).status, "open");
      t.match((await app.call("GET", `/pay/${session.id}`, undefined)).text, /being checked/);
    }
    t.match(await stored(app), { intents: 0, methods: 0, events: [] });
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
