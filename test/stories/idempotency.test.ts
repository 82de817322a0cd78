import { createHash } from "node:crypto";

import t from "tap";

import {
  type ApiAnswer,
  createTestMerchant,
  startTestApp,
  type TestApp,
  testConfig,
} from "../support/app.js";
import { eachEngine, onMysql } from "../support/database.js";
import { aLineItem, anOrder } from "../support/orders.js";
import { rawAnswer } from "../support/raw-http.js";

const CREATE = "/v1/checkout/sessions";

await eachEngine(t, "a key that is used again with another call is refused", async (t, engine) => {
  const config = testConfig(engine);
  const { testKey } = await createTestMerchant(config);
  const app = await startTestApp(t, config);
  const first = await send(app, testKey, "order 17", CREATE, anOrder());
  const other = await send(app, testKey, "order 17", CREATE, anOrder({ client_reference_id: "18" }));
  t.match(other, {
    status: 400,
    json: { error: { type: "idempotency_error", code: "idempotency_key_reused" } },
  });
  const elsewhere = await send(app, testKey, "order 17", `${CREATE}/${first.json.id}/expire`, {});
  t.match(elsewhere, { status: 400, json: { error: { type: "idempotency_error" } } });
  t.equal(await sessions(app), 1);
});

await eachEngine(t, "a key that is no key is refused, and a refused call uses none up", async (t, engine) => {
  const config = testConfig(engine);
  const { testKey } = await createTestMerchant(config);
  const app = await startTestApp(t, config);
  for (const key of ["", "k".repeat(256), "kéy", "a\tb"]) {
    const answer = await send(app, testKey, key, CREATE, anOrder());
    t.match(answer, { status: 400, json: { error: { param: "Idempotency-Key" } } }, JSON.stringify(key));
  }
  const head = `POST ${CREATE} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${testKey}\r\ncontent-length: 0\r\n`;
  const control = await rawAnswer(app.urls.port, `${head}idempotency-key: a\u0001b\r\n\r\n`);
  t.match(control, { status: 400, body: /request_malformed/ }, "HTTP itself carries no control characters");
  t.equal((await send(app, testKey, "a", CREATE, anOrder({ line_items: [] }))).status, 400);
  t.equal((await send(app, testKey, "a", CREATE, anOrder({ customer: "cus_nobody" }))).status, 400);
  t.equal((await send(app, testKey, "a", CREATE, anOrder())).status, 200, "the key is still free");
  const longest = await send(app, testKey, `a ${"k".repeat(252)}~`, CREATE, anOrder());
  t.equal(longest.status, 200, "255 characters, a space among them");
});

await eachEngine(t, "the same call with the same key gets the first answer again", async (t, engine) => {
  const config = testConfig(engine);
  const { testKey, liveKey } = await createTestMerchant(config);
  const app = await startTestApp(t, config);
  const order = anOrder({ metadata: { a: "1", b: "2" }, expires_at: Math.trunc(Date.now() / 1000) + 3600 });
  const first = await send(app, testKey, "order 17", CREATE, order);
  t.equal(first.headers.get("idempotent-replayed"), null);
  await app.call("POST", `${CREATE}/${first.json.id}/expire`, testKey, {});
  const reordered = { ...order, metadata: { b: "2", a: "1" }, line_items: [aLineItem({}, "1")] };
  const again = await send(app, testKey, "order 17", CREATE, reordered);
  t.equal(again.status, 200);
  t.equal(again.headers.get("idempotent-replayed"), "true");
  t.equal(again.text, first.text, "byte for byte, though the session has expired since");
  t.equal(await sessions(app), 1);
  const live = await send(app, liveKey, "order 17", CREATE, order);
  t.not(live.json.id, first.json.id, "keys of the other mode are other keys");
});

await eachEngine(t, "an expire with a key can be sent again", async (t, engine) => {
  const config = testConfig(engine);
  const { testKey } = await createTestMerchant(config);
  const app = await startTestApp(t, config);
  const { json } = await app.call("POST", CREATE, testKey, anOrder());
  const first = await send(app, testKey, "stop", `${CREATE}/${json.id}/expire`, {});
  t.match(first, { status: 200, json: { status: "expired" } });
  const again = await send(app, testKey, "stop", `${CREATE}/${json.id}/expire`, {});
  t.equal(again.text, first.text);
  t.equal(again.headers.get("idempotent-replayed"), "true");
});

await eachEngine(t, "callers with one key at once make one session and all get it", async (t, engine) => {
  const config = testConfig(engine);
  const { testKey } = await createTestMerchant(config);
  const app = await startTestApp(t, config);
  for (let round = 1; round <= 10; round++) {
    const calls = Array.from({ length: 8 }, () => send(app, testKey, `round ${round}`, CREATE, anOrder()));
    const answers = await Promise.all(calls);
    t.same(new Set(answers.map(({ status }) => status)), new Set([200]));
    t.equal(new Set(answers.map(({ text }) => text)).size, 1, `round ${round}`);
    t.equal(answers.filter(({ headers }) => headers.get("idempotent-replayed") === null).length, 1);
    t.equal(await sessions(app), round);
  }
});

await onMysql(
  t,
  "a caller waits five seconds for the first one's commit, not longer",
  async (t, engine, admin) => {
    const config = testConfig(engine);
    const { testKey } = await createTestMerchant(config);
    const app = await startTestApp(t, config);
    await send(app, testKey, "first", CREATE, anOrder());
    await admin.beginTransaction();
    // A call that is under way: its key is stored, and not committed yet.
    await admin.query("UPDATE idempotency_key SET key_hash = ?", [
      createHash("sha256").update("busy").digest("hex"),
    ]);
    const waiting = await send(app, testKey, "busy", CREATE, anOrder());
    t.match(waiting, {
      status: 409,
      json: { error: { type: "idempotency_error", code: "idempotency_key_in_use" } },
    });
    await admin.rollback();
    t.equal(
      (await send(app, testKey, "busy", CREATE, anOrder())).status,
      200,
      "it was given up: the key is free",
    );
    t.equal(await sessions(app), 2);
  },
);

async function send(
  app: TestApp,
  key: string,
  idempotencyKey: string,
  path: string,
  body: object,
): Promise<ApiAnswer> {
  return await app.call("POST", path, key, body, { "idempotency-key": idempotencyKey });
}

async function sessions(app: TestApp): Promise<number> {
  const [row] = await app.db.manager.query("SELECT count(*) AS n FROM checkout_session");
  return Number(row.n);
}
