import { createServer } from "node:net";
import { once } from "node:events";

import t from "tap";

import { createTestMerchant, startTestApp, testConfig } from "../support/app.js";
import { eachEngine, onSqlite, signal } from "../support/database.js";
import { paidMessage, signedBody } from "../support/gateway.js";
import { anOrder } from "../support/orders.js";

await onSqlite(t, "without the sandbox test keys are refused, and its pages are gone", async (t, engine) => {
  const config = testConfig(engine, { sandbox: false });
  const { testKey, liveKey } = await createTestMerchant(config);
  const app = await startTestApp(t, config);
  const refused = await app.call("POST", "/v1/checkout/sessions", testKey, anOrder());
  t.match(refused, { status: 401, json: { error: { code: "test_mode_off" } } });
  t.equal((await app.call("POST", "/sandbox/hosted/", undefined)).status, 404);
  t.equal((await app.call("POST", "/v1/checkout/sessions", liveKey, anOrder())).status, 200);
});

await onSqlite(t, "a metrics port that is taken is a warning, not a failed start", async (t, engine) => {
  const taken = createServer().listen(0, "127.0.0.1");
  t.teardown(() => taken.close());
  await once(taken, "listening");
  const address = taken.address();
  const metricsPort = typeof address === "object" && address !== null ? address.port : 0;
  const app = await startTestApp(t, testConfig(engine, { metricsPort }));
  t.equal(app.urls.metrics, undefined);
  t.match(app.logged.join("\n"), /"level":40.*no metrics/);
  t.equal((await app.call("GET", "/healthz", undefined)).status, 200);
});

await onSqlite(t, "metrics have a port of their own, and are not on the public one", async (t, engine) => {
  const app = await startTestApp(t, testConfig(engine, { metricsPort: 0 }));
  t.match(app.urls.metrics, /^http:\/\/127\.0\.0\.1:/);
  t.match(await (await fetch(app.urls.metrics ?? "")).text(), /process_cpu_seconds_total/);
  t.equal((await app.call("GET", "/metrics", undefined)).status, 404);
});

await eachEngine(t, "the service says that it is ready while its database answers", async (t, engine) => {
  const app = await startTestApp(t, testConfig(engine));
  t.match(await app.call("GET", "/readyz", undefined), { status: 200, text: /ready/ });
  t.equal((await app.call("POST", "/readyz", undefined)).status, 405);
});

await eachEngine(t, "a closing service lets a running completion end", async (t, engine) => {
  const config = testConfig(engine);
  const { liveKey, live } = await createTestMerchant(config);
  const [arrived, gate] = [signal(), signal()];
  const app = await startTestApp(t, config, {
    checkpoint: async (point) => {
      if (point !== "session locked") return;
      arrived.give();
      await gate.given;
    },
  });
  const { json: session } = await app.call("POST", "/v1/checkout/sessions", liveKey, anOrder());
  const body = signedBody(paidMessage(session, live.gatewayMerchantId), live.secret);
  const callback = fetch(`${app.local}/callbacks/cardstream`, { method: "POST", body });
  await arrived.given;
  const closed = app.close();
  gate.give();
  t.equal((await callback).status, 200);
  await closed;
  const [row] = await app.db.manager.query("SELECT status FROM checkout_session");
  t.equal(row.status, "complete");
  await t.rejects(fetch(`${app.local}/healthz`), "no new connection is taken");
});
