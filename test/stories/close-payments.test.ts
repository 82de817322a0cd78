import t from "tap";

import { eachEngine } from "../support/database.js";
import { paidMessage, signedBody } from "../support/gateway.js";
import { anOrder } from "../support/orders.js";
import { callback, openSession, read, type Session, stored } from "../support/results.js";
import type { TestApp, TestMerchant } from "../support/app.js";

// Both merchants' accounts have the same name at the gateway, and secrets of their own.

await eachEngine(
  t,
  "an account that was believed a moment ago is not believed about another merchant's session",
  async (t, engine) => {
    const { app, mine, other, session } = await openSession(t, engine);
    const theirs = await order(app, other);
    for (const [believed, session1, session2] of [
      [other, theirs, session],
      [mine, session, await order(app, other)],
    ] as const) {
      t.equal(await pay(app, believed, session1), 200);
      const before = await stored(app);
      t.equal(await pay(app, believed, session2), 400);
      t.same(await stored(app), before, "nothing is recorded");
    }
    t.equal((await read(app, mine, session)).status, "complete");
  },
);

await eachEngine(
  t,
  "payments that come close together are recorded once each, on their own merchants' sessions",
  async (t, engine) => {
    const { app, mine, other } = await openSession(t, engine);
    const orders: { merchant: TestMerchant; session: Session; body: string }[] = [];
    for (const merchant of [mine, mine, other, mine, other, other]) {
      const session = await order(app, merchant);
      orders.push({ merchant, session, body: paidBody(merchant, session) });
    }
    for (const round of [1, 2, 3]) {
      const answers = await Promise.all(orders.map(({ body }) => callback(app, body)));
      t.same(new Set(answers.map(({ status }) => status)), new Set([200]), `round ${round}`);
    }
    for (const { merchant, session } of orders) {
      t.match(await read(app, merchant, session), { status: "complete", payment_status: "paid" });
    }
    const { results, intents, methods } = await stored(app);
    t.same([results.length, intents, methods], [6, 6, 6]);
  },
);

await eachEngine(
  t,
  "a payment of a session that there is not is held, also right after another of its account",
  async (t, engine) => {
    const { app, mine, session } = await openSession(t, engine);
    t.equal(await pay(app, mine, session), 200);
    const absent = { ...session, id: session.id.replace(/.$/, (last) => (last === "A" ? "B" : "A")) };
    t.equal(await pay(app, mine, absent), 200);
    t.match((await stored(app)).results, [
      { outcome: "completed" },
      { outcome: "held", held_reason: "session_unknown" },
    ]);
  },
);

async function order(app: TestApp, { liveKey }: TestMerchant): Promise<Session> {
  return (await app.call("POST", "/v1/checkout/sessions", liveKey, anOrder())).json;
}

/** The gateway's word that a session is paid, signed by a merchant's account: the status of the answer. */
async function pay(app: TestApp, merchant: TestMerchant, session: Session): Promise<number> {
  return (await callback(app, paidBody(merchant, session))).status;
}

function paidBody({ live }: TestMerchant, session: Session): string {
  return signedBody(paidMessage(session, live.gatewayMerchantId), live.secret);
}
