import t from "tap";

import { findGatewayAccount } from "../../src/db/tables/gateway-accounts.js";
import { createTestMerchant, startTestApp, testConfig } from "../support/app.js";
import { eachEngine } from "../support/database.js";
import { paidMessage, signedBody } from "../support/gateway.js";
import { anOrder } from "../support/orders.js";
import { COMPLETION_EVENTS, callback } from "../support/results.js";
import { openDesk } from "../support/sandbox-desk.js";

const ADVANCE = "/v1/test_helpers/clock/advance";
const CREATE = "/v1/checkout/sessions";
const DAY_MS = 86_400_000;

await eachEngine(t, "a live key moves no clock, and none goes back or too far", async (t, engine) => {
  const config = testConfig(engine);
  const { testKey, liveKey } = await createTestMerchant(config);
  const app = await startTestApp(t, config);
  const live = await app.call("POST", ADVANCE, liveKey, { seconds: 60 });
  t.match(live, { status: 403, json: { error: { code: "livemode_mismatch" } } });
  for (const seconds of [0, -60, 315_360_001, undefined]) {
    const answer = await app.call("POST", ADVANCE, testKey, { seconds });
    t.match(answer, { status: 400, json: { error: { param: "seconds" } } }, String(seconds));
  }
  t.equal((await app.call("POST", ADVANCE, testKey, { seconds: 315_360_000 })).status, 200);
  t.match(await app.call("POST", ADVANCE, testKey, { seconds: 1 }), {
    status: 400,
    json: { error: { param: "seconds" } },
  });
});

await eachEngine(
  t,
  "a merchant's test sessions follow its clock, and nothing else does",
  async (t, engine) => {
    const config = testConfig(engine);
    const mine = await createTestMerchant(config, "Mine");
    const other = await createTestMerchant(config, "Other");
    const app = await startTestApp(t, config);
    const create = async (key: string) => (await app.call("POST", CREATE, key, anOrder())).json;
    const [test, live, others] = [
      await create(mine.testKey),
      await create(mine.liveKey),
      await create(other.testKey),
    ];
    t.match(await app.call("POST", ADVANCE, mine.testKey, { seconds: 86_400 }), {
      status: 200,
      json: { object: "test_helpers.clock", ahead: 86_400 },
    });
    const statusOf = async (id: string, key: string) =>
      (await app.call("GET", `${CREATE}/${id}`, key)).json.status;
    t.equal(await statusOf(test.id, mine.testKey), "expired");
    t.equal(await statusOf(live.id, mine.liveKey), "open");
    t.equal(await statusOf(others.id, other.testKey), "open");
    t.equal((await app.call("GET", `/pay/${test.id}`, undefined)).status, 410);
    t.equal((await app.call("GET", `/pay/${live.id}`, undefined)).status, 200);
    t.equal((await create(mine.testKey)).status, "open", "a new session's life begins at that time");
  },
);

await eachEngine(t, "a clock is moved once for each idempotency key", async (t, engine) => {
  const config = testConfig(engine);
  const { testKey } = await createTestMerchant(config);
  const app = await startTestApp(t, config);
  const advance = async (key: string) =>
    await app.call("POST", ADVANCE, testKey, { seconds: 60 }, { "idempotency-key": key });
  const [first, again, next] = [await advance("a"), await advance("a"), await advance("b")];
  t.equal(again.text, first.text);
  t.equal(again.headers.get("idempotent-replayed"), "true");
  t.match(next.json, { ahead: 120 });
});

await eachEngine(
  t,
  "what a transaction writes has one time, the merchant's, and sorts in the order of writing",
  async (t, engine) => {
    const config = testConfig(engine);
    const merchant = await createTestMerchant(config);
    const app = await startTestApp(t, config);
    const { secret } = await openDesk(app, merchant);
    const account = await findGatewayAccount(app.db.manager, { merchantId: merchant.id, livemode: false });
    const call = (path: string, body: object) =>
      app.call("POST", path, merchant.testKey, body, { "idempotency-key": path });
    await call(ADVANCE, { seconds: DAY_MS / 1000 });
    const { json: session } = await call(CREATE, anOrder());
    const message = paidMessage(session, account?.gatewayMerchantId ?? "", { amountReceived: "1500" });
    await callback(app, signedBody(message, secret));
    const [held] = (await app.call("GET", "/v1/held_payments", merchant.testKey)).json.data;
    t.match(await call(`/v1/held_payments/${held.id}/resolve`, { resolution: "accept" }), { status: 200 });
    const events = (await app.db.manager.query(
      "SELECT * FROM event WHERE type NOT LIKE 'customer.%' ORDER BY id",
    )) as Record<string, unknown>[];
    t.same(
      events.map(({ type }) => type),
      ["held_payment.created", ...COMPLETION_EVENTS, "held_payment.accepted"],
    );
    const keys = await app.db.manager.query("SELECT * FROM idempotency_key WHERE object_id = ?", [held.id]);
    const accepted = [...events.slice(1), ...keys].map(({ created_at: time }) => Number(time));
    t.equal(accepted.length, COMPLETION_EVENTS.length + 2);
    t.equal(new Set(accepted).size, 1);
    const tables = ["event", "gateway_result", "payment_intent", "payment_method", "checkout_session"];
    for (const table of [...tables, "idempotency_key"]) {
      for (const row of await app.db.manager.query(`SELECT * FROM ${table}`)) {
        if (row.object_id === String(DAY_MS)) continue; // Of the call that moved the clock.
        if (row.type === "customer.created") continue; // Before the clock was moved.
        for (const column of Object.keys(row).filter((name) =>
          /^(created|received|resolved|completed)_at$/.test(name),
        )) {
          if (row[column] === null) continue;
          const off = Math.abs(Number(row[column]) - Date.now() - DAY_MS);
          t.ok(off < 60_000, `${table}.${column} is by the merchant's clock`);
        }
      }
    }
  },
);
