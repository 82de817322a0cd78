import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";

import t from "tap";

import { createTestMerchant, startTestApp, testConfig } from "../support/app.js";
import { environmentOf, run } from "../support/command.js";
import { eachEngine, onMysql, onSqlite } from "../support/database.js";
import { paidMessage, signedBody } from "../support/gateway.js";
import { anOrder } from "../support/orders.js";
import { serve } from "../support/serve.js";

await onMysql(t, "with a server database a start without a secrets key is refused", async (t, engine) => {
  const env = { ...environmentOf(testConfig(engine)), SECRETS_KEY: "" };
  t.match(await run(env, ["serve"]), { code: 1, stderr: /SECRETS_KEY is required/ });
});

await eachEngine(t, "a start with another secrets key is refused", async (t, engine) => {
  const env = environmentOf(testConfig(engine));
  t.equal((await run(env, ["keys", "list"])).code, 0);
  const other = { ...env, SECRETS_KEY: Buffer.alloc(32, 7).toString("base64") };
  t.match(await run(other, ["serve"]), { code: 1, stderr: /not the key/ });
});

await onSqlite(
  t,
  "the embedded database's key is for its owner only, and never made again",
  async (t, engine) => {
    const env = environmentOf(testConfig(engine));
    t.equal((await run(env, ["keys", "list"])).code, 0);
    const file = path.join(engine.place.dataDir, "secrets.key");
    t.equal(statSync(file).mode & 0o777, 0o600);
    const key = readFileSync(file);
    rmSync(file);
    t.match(await run(env, ["serve"]), { code: 1, stderr: /secrets\.key is missing/ });
    writeFileSync(file, "short\n");
    t.match(await run(env, ["serve"]), { code: 1, stderr: /32 bytes/ });
    writeFileSync(file, key);
    t.equal((await run(env, ["keys", "list"])).code, 0);
  },
);

await eachEngine(t, "what a callback was acknowledged for survives kill -9", async (t, engine) => {
  const config = testConfig(engine);
  const { liveKey, live } = await createTestMerchant(config);
  const env = environmentOf(config);
  const first = await serve(t, env);
  const headers = { authorization: `Bearer ${liveKey}`, "content-type": "application/json" };
  const body = JSON.stringify(anOrder());
  const created = await fetch(`${first.url}/v1/checkout/sessions`, { method: "POST", headers, body });
  const session = (await created.json()) as { id: string; amount_total: number };
  const message = signedBody(paidMessage(session, live.gatewayMerchantId), live.secret);
  const callback = await fetch(`${first.url}/callbacks/cardstream`, { method: "POST", body: message });
  t.equal(callback.status, 200);
  await first.stop("SIGKILL");
  const second = await startTestApp(t, config);
  const { json } = await second.call("GET", `/v1/checkout/sessions/${session.id}`, liveKey);
  t.match(json, { status: "complete", payment_intent: /^pi_/ });
});
