import t from "tap";

import { createTestMerchant, startTestApp, testConfig } from "../support/app.js";
import { eachEngine } from "../support/database.js";
import { paidMessage, signedBody } from "../support/gateway.js";
import { anOrder } from "../support/orders.js";
import { takeForm } from "../support/pay-page.js";
import {
  COMPLETION_EVENTS,
  attemptOf,
  bring,
  callback,
  openSession,
  read,
  resultsOf,
  stored,
  type Session,
} from "../support/results.js";

await eachEngine(
  t,
  "declined, cancelled and unknown results are recorded and leave the session open",
  async (t, engine) => {
    const { app, mine, session } = await openSession(t, engine);
    await takeForm(app, session.id);
    const say = (changes: Record<string, string>): string =>
      signedBody(
        paidMessage(session, mine.live.gatewayMerchantId, {
          amountReceived: "0",
          state: "declined",
          ...changes,
        }),
        mine.live.secret,
      );
    const unknown = await bring(app, session.id, say({ responseCode: "65554", responseStatus: "2" }));
    t.match(await unknown.text(), /being checked/);
    t.equal(await attemptOf(app, session), 1, "nobody knows: the attempt stays");
    const declined = await bring(app, session.id, say({ responseCode: "5", responseStatus: "1" }));
    const itsPage = new RegExp(`/pay/${session.id}$`);
    t.match([declined.status, declined.headers.get("location")], [303, itsPage]);
    t.equal(await attemptOf(app, session), 2, "a decline ends the attempt");
    await takeForm(app, session.id);
    const second = { transactionUnique: `${session.id}-2` };
    const cancelled = await bring(
      app,
      session.id,
      say({ responseCode: "65576", responseStatus: "2", ...second }),
    );
    t.equal(cancelled.headers.get("location"), "https://yourapp.com/checkout/cancel");
    t.equal(await attemptOf(app, session), 3, "a cancel ends it where one form was out");
    await takeForm(app, session.id);
    await takeForm(app, session.id);
    const third = { transactionUnique: `${session.id}-3` };
    await bring(app, session.id, say({ responseCode: "65576", responseStatus: "2", ...third }));
    t.equal(await attemptOf(app, session), 3, "of two forms the other one may still be paid");
    t.match(
      (await resultsOf(app, session)).map(({ outcome }) => outcome),
      ["unknown", "declined", "cancelled", "cancelled"],
    );
    t.equal((await read(app, mine, session)).status, "open");
  },
);

await eachEngine(t, "a payment completes its session once, whatever comes after it", async (t, engine) => {
  const { app, mine, session } = await openSession(t, engine, { customer: "cus_abc123" });
  const paid = paidMessage(session, mine.live.gatewayMerchantId);
  const body = signedBody(paid, mine.live.secret);
  t.equal(
    (await bring(app, session.id, body)).headers.get("location"),
    "https://yourapp.com/checkout/success",
  );
  const complete = await read(app, mine, session);
  t.match(complete, {
    status: "complete",
    payment_status: "paid",
    payment_intent: /^pi_/,
    payment_method: /^pm_/,
  });
  t.match(Object.keys(complete).slice(0, 3), ["id", "object", "status"]);
  t.equal((await callback(app, body)).status, 200, "the same by callback");
  const late = paidMessage(session, mine.live.gatewayMerchantId, { responseCode: "5", responseStatus: "1" });
  t.equal(
    (await callback(app, signedBody(late, mine.live.secret))).status,
    200,
    "a late decline undoes nothing",
  );
  const second = paidMessage(session, mine.live.gatewayMerchantId);
  const answer = await bring(app, session.id, signedBody(second, mine.live.secret));
  t.equal(answer.headers.get("location"), "https://yourapp.com/checkout/success");
  t.same(await read(app, mine, session), complete);
  t.match(await stored(app), {
    intents: 1,
    methods: 1,
    events: ["payment_method.attached", ...COMPLETION_EVENTS, "held_payment.created"],
    results: [
      { outcome: "completed" },
      { outcome: "declined" },
      { outcome: "held", held_reason: "duplicate" },
    ],
  });
  const [method] = await app.db.manager.query("SELECT * FROM payment_method");
  t.match(method, { customer_id: "cus_abc123", brand: "visa", last4: "0821", merchant_id: mine.id });
  t.match([Number(method.exp_month), Number(method.exp_year)], [12, 2029]);
  t.equal((await fetch(`${app.local}/pay/${session.id}`, { redirect: "manual" })).status, 303);
});

await eachEngine(t, "a transaction that was in progress may succeed later", async (t, engine) => {
  const { app, mine, session } = await openSession(t, engine);
  const paid = paidMessage(session, mine.live.gatewayMerchantId);
  const pending = {
    ...paid,
    responseCode: "65536",
    responseStatus: "2",
    amountReceived: "0",
    state: "received",
  };
  t.equal((await callback(app, signedBody(pending, mine.live.secret))).status, 200);
  t.equal((await read(app, mine, session)).status, "open");
  t.equal((await callback(app, signedBody(paid, mine.live.secret))).status, 200);
  t.equal((await read(app, mine, session)).status, "complete");
});

await eachEngine(t, "32 equal callbacks at once make one payment, 20 rounds", async (t, engine) => {
  const config = testConfig(engine);
  const mine = await createTestMerchant(config);
  const app = await startTestApp(t, config);
  for (let round = 1; round <= 20; round++) {
    const session = (await app.call("POST", "/v1/checkout/sessions", mine.liveKey, anOrder()))
      .json as Session;
    const body = signedBody(paidMessage(session, mine.live.gatewayMerchantId), mine.live.secret);
    const answers = await Promise.all(Array.from({ length: 32 }, () => callback(app, body)));
    t.same(new Set(answers.map(({ status }) => status)), new Set([200]), `round ${round}`);
    t.match(await stored(app), { intents: round, methods: round });
    t.equal((await resultsOf(app, session)).length, 1);
  }
  t.same(
    app.logged.filter((line) => Number(JSON.parse(line).level) >= 50),
    [],
    "no error in the log",
  );
});

await eachEngine(
  t,
  "a success after the session has expired completes it, marked late",
  async (t, engine) => {
    const config = testConfig(engine);
    const mine = await createTestMerchant(config);
    const clock = { time: Date.now(), now: () => clock.time };
    const app = await startTestApp(t, config, { clock });
    const session = (await app.call("POST", "/v1/checkout/sessions", mine.liveKey, anOrder()))
      .json as Session;
    await takeForm(app, session.id);
    clock.time += 24 * 3_600_000 + 1000;
    t.equal((await read(app, mine, session)).status, "open", "a form is still out");
    t.equal(
      (await app.call("GET", `/pay/${session.id}`, undefined)).status,
      410,
      "but none is given out any more",
    );
    clock.time += 30 * 60_000;
    t.equal((await read(app, mine, session)).status, "expired");
    const body = signedBody(paidMessage(session, mine.live.gatewayMerchantId), mine.live.secret);
    t.equal((await callback(app, body)).status, 200);
    t.match(await read(app, mine, session), { status: "complete", payment_status: "paid" });
    const [row] = await app.db.manager.query("SELECT completed_late FROM checkout_session");
    t.equal(Number(row.completed_late), 1);
    t.same((await stored(app)).events, ["checkout.session.expired", ...COMPLETION_EVENTS]);
  },
);
