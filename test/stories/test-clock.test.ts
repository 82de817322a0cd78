import t from "tap";

import { createTestMerchant, startTestApp, testConfig } from "../support/app.js";
import { eachEngine } from "../support/database.js";
import { anOrder } from "../support/orders.js";

const ADVANCE = "/v1/test_helpers/clock/advance";
const CREATE = "/v1/checkout/sessions";

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
