import t from "tap";

import { createTestMerchant, startTestApp, testConfig } from "../support/app.js";
import { openPage } from "../support/browser.js";
import { chargeOf, CUSTOMER, INTENTS } from "../support/charges.js";
import { environmentOf } from "../support/command.js";
import { eachEngine, onSqlite } from "../support/database.js";
import { paidMessage, signedBody } from "../support/gateway.js";
import { anOrder } from "../support/orders.js";
import { serve } from "../support/serve.js";

/** The gateway in the internet. Nothing is sent there. */
const GATEWAY = { cardstreamUrl: "https://gateway.cardstream.com" };
const PUBLIC = { ...GATEWAY, publicUrl: "https://pay.example.com" };

await eachEngine(t, "a gateway that cannot reach the service is sent no shopper", async (t, engine) => {
  const config = testConfig(engine, GATEWAY);
  const { liveKey } = await createTestMerchant(config);
  const [unset, clear] = [config, { ...config, publicUrl: "http://pay.example.com" }];
  let path = "";
  for (const broken of [unset, clear]) {
    const app = await startTestApp(t, broken);
    const { status, json } = await app.call("POST", "/v1/checkout/sessions", liveKey, anOrder());
    t.equal(status, 200, "the session may be paid once PUBLIC_URL is mended");
    path = `/pay/${json.id}`;
    for (const method of ["GET", "HEAD"]) t.equal((await app.call(method, path, undefined)).status, 503);
    const page = await app.call("GET", path, undefined);
    t.match(page.text, /Nothing was charged/);
    t.notMatch(page.text, /<form|merchantID|callbackURL/);
    t.match(page.text, /href="https:\/\/yourapp.com\/[^"]*cancel"/, "a way back to the shop");
    const given = await app.db.manager.query("SELECT id FROM checkout_session WHERE forms_given > 0");
    t.same(given, []);
    t.match(app.logged.join("\n"), /"level":40.*live payments are off/);
    t.match(await app.call("GET", "/readyz", undefined), {
      status: 200,
      text: /^ready\nlive payments are off/,
    });
    await app.close();
  }
  const mended = await startTestApp(t, { ...config, ...PUBLIC });
  const form = await mended.call("GET", path, undefined);
  t.match(form, { status: 200, text: /https:\/\/pay\.example\.com\/callbacks\/cardstream/ });
  t.match(await mended.call("GET", "/readyz", undefined), { status: 200, text: "ready\n" });
});

await onSqlite(t, "test payments go on where live ones are off", async (t, engine) => {
  const config = testConfig(engine, GATEWAY);
  const { testKey } = await createTestMerchant(config);
  const app = await startTestApp(t, config);
  const { json } = await app.call("POST", "/v1/checkout/sessions", testKey, anOrder());
  t.equal((await openPage(json.url)).forms.length, 1);
});

await eachEngine(t, "a live charge is refused before anything of it is recorded", async (t, engine) => {
  const config = testConfig(engine);
  const { liveKey, live } = await createTestMerchant(config);
  const before = await startTestApp(t, config);
  const order = anOrder({ customer: CUSTOMER });
  const { json: session } = await before.call("POST", "/v1/checkout/sessions", liveKey, order);
  const body = signedBody(paidMessage(session, live.gatewayMerchantId), live.secret);
  await fetch(`${before.local}/callbacks/cardstream`, { method: "POST", body });
  const paid = await before.call("GET", `/v1/checkout/sessions/${session.id}`, liveKey);
  await before.close();
  const app = await startTestApp(t, { ...config, ...GATEWAY });
  const refused = await app.call("POST", INTENTS, liveKey, chargeOf(paid.json.payment_method));
  t.match(refused, { status: 503, json: { error: { code: "live_payments_off", message: /PUBLIC_URL/ } } });
  t.equal((await app.call("GET", INTENTS, liveKey)).json.data.length, 1, "the session's alone");
});

await onSqlite(t, "the start says that live payments are off, and by which variable", async (t, engine) => {
  const service = await serve(t, environmentOf(testConfig(engine, GATEWAY)));
  t.match(service.printed.join("\n"), /^Live payments +off: the gateway cannot reach PUBLIC_URL/m);
  await service.stop("SIGTERM");
});
