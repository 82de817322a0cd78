import t, { type Test } from "tap";

import { createTestMerchant, startTestApp, type TestApp, testConfig } from "../support/app.js";
import { eachEngine, type TestEngine, until } from "../support/database.js";
import { paidMessage, signedBody } from "../support/gateway.js";
import { anOrder } from "../support/orders.js";
import { takeForm } from "../support/pay-page.js";
import { callback, read, type Session } from "../support/results.js";

const CREATE = "/v1/checkout/sessions";
const DAY_MS = 24 * 3_600_000;

await eachEngine(t, "a session whose time is up is written down as expired, once", async (t, engine) => {
  const { app, mine, clock } = await shop(t, engine);
  const [open, withForm, paid] = [await create(app, mine), await create(app, mine), await create(app, mine)];
  await takeForm(app, withForm.id);
  await callback(app, signedBody(paidMessage(paid, mine.live.gatewayMerchantId), mine.live.secret));
  clock.time += DAY_MS;
  t.equal((await read(app, mine, open)).status, "expired", "whether it was written down or not");
  await until("one is expired", async () => (await expired(app)).length > 0);
  t.same(await expired(app), [open.id], "a form of the other is still out");
  clock.time += 30 * 60_000;
  await until("both are expired", async () => (await expired(app)).length > 1);
  t.same(await expired(app), [open.id, withForm.id].sort());
  t.same(await expiredEvents(app), [open.id, withForm.id].sort());
  const late = signedBody(paidMessage(open, mine.live.gatewayMerchantId), mine.live.secret);
  t.equal((await callback(app, late)).status, 200);
  t.match(await read(app, mine, open), { status: "complete" }, "a payment that comes late still counts");
  t.same(await expiredEvents(app), [open.id, withForm.id].sort());
});

await eachEngine(
  t,
  "a test session is expired by its merchant's clock, a live one is not",
  async (t, engine) => {
    const { app, mine } = await shop(t, engine);
    const live = await create(app, mine);
    const { json: test } = await app.call("POST", CREATE, mine.testKey, anOrder());
    await app.call("POST", "/v1/test_helpers/clock/advance", mine.testKey, { seconds: 86_400 });
    await until("the test session is expired", async () => (await expired(app)).length > 0);
    t.same(await expired(app), [test.id]);
    t.equal((await read(app, mine, live)).status, "open");
  },
);

await eachEngine(t, "replicas that sweep at once expire each of many sessions once", async (t, engine) => {
  const { app, mine, clock, config } = await shop(t, engine);
  const created = await Promise.all(Array.from({ length: 250 }, () => create(app, mine)));
  clock.time += DAY_MS;
  const others = engine.name === "mysql" ? 3 : 0;
  for (let more = 0; more < others; more++) await startTestApp(t, config, { clock });
  await until("all are expired", async () => (await expired(app)).length === created.length);
  t.same(await expiredEvents(app), created.map(({ id }) => id).sort());
  t.same(
    app.logged.filter((line) => Number(JSON.parse(line).level) >= 50),
    [],
    "no error in the log",
  );
});

await eachEngine(t, "what is due is found by an index", async (t, engine) => {
  const { app } = await shop(t, engine);
  const due =
    "SELECT id FROM checkout_session WHERE status = 'open' AND expires_at <= 1 ORDER BY expires_at LIMIT 100";
  const explain = engine.name === "mysql" ? "EXPLAIN" : "EXPLAIN QUERY PLAN";
  const plan = JSON.stringify(await app.db.manager.query(`${explain} ${due}`));
  t.match(plan, /checkout_session_status_expires_at/);
});

/** A service with a merchant, at a time that the story sets. */
async function shop(t: Test, engine: TestEngine) {
  const config = testConfig(engine);
  const mine = await createTestMerchant(config);
  const clock = { time: Date.now(), now: () => clock.time };
  const app = await startTestApp(t, config, { clock });
  return { app, mine, clock, config };
}

async function create(app: TestApp, { liveKey }: { readonly liveKey: string }): Promise<Session> {
  return (await app.call("POST", CREATE, liveKey, anOrder())).json as Session;
}

/** Ids of the sessions that are written down as expired. */
async function expired(app: TestApp): Promise<string[]> {
  const rows: { id: string }[] = await app.db.manager.query(
    "SELECT id FROM checkout_session WHERE status = 'expired' ORDER BY id",
  );
  return rows.map(({ id }) => id);
}

/** What the outbox says has expired. */
async function expiredEvents(app: TestApp): Promise<string[]> {
  const rows: { object_id: string }[] = await app.db.manager.query(
    "SELECT object_id FROM event WHERE type = 'checkout.session.expired' ORDER BY object_id",
  );
  return rows.map(({ object_id }) => object_id);
}
