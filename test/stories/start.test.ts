import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";

import t from "tap";

import { createTestMerchant, testConfig } from "../support/app.js";
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

await onSqlite(t, "a first start prints a test key that works, a second one does not", async (t, engine) => {
  const env = environmentOf(testConfig(engine));
  const first = await serve(t, env);
  const key = /sk_test_[0-9A-Za-z]+/.exec(first.printed.join("\n"))?.[0] ?? "";
  t.match(first.printed.at(-1) ?? first.printed.join("\n"), /^curl -X POST http/m);
  t.ok(
    first.printed.findIndex((line) => line.includes(key)) <
      first.printed.findIndex((line) => line.includes(first.url)),
    "the key is printed before the ports open",
  );
  const answer = await fetch(`${first.url}/v1/checkout/sessions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify(anOrder()),
  });
  t.equal(answer.status, 200);
  await first.stop("SIGTERM");
  const second = await serve(t, env);
  t.notMatch(second.printed.join("\n"), /sk_test_/);
  await second.stop("SIGTERM");
});

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
  const second = await serve(t, env);
  const read = await fetch(`${second.url}/v1/checkout/sessions/${session.id}`, { headers });
  t.match(await read.json(), { status: "complete", payment_intent: /^pi_/ });
  await second.stop("SIGTERM");
});
