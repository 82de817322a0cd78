import t from "tap";

import { createTestMerchant, startTestApp, testConfig } from "../support/app.js";
import { openPage } from "../support/browser.js";
import { onSqlite, until } from "../support/database.js";
import { freePort } from "../support/free-ports.js";
import { LANGUAGES, startGuideProgram } from "../support/guide-programs.js";

const CARD = { cardNumber: "4929421234600821", cardExpiryMonth: "12", cardExpiryYear: "29", cardCVV: "356" };
const SESSIONS = "/v1/checkout/sessions";

for (const program of LANGUAGES) {
  await onSqlite(
    t,
    `the guide's shop in ${program.language} sells, and ships each order once`,
    async (t, engine) => {
      const config = testConfig(engine);
      const { testKey } = await createTestMerchant(config);
      const app = await startTestApp(t, config);
      const call = async (path: string, body?: object) =>
        (await app.call(body === undefined ? "GET" : "POST", path, testKey, body)).json;
      const PORT = String(await freePort());
      const shop = `http://127.0.0.1:${PORT}`;
      const wanted = { url: `${shop}/webhooks`, enabled_events: ["checkout.*", "held_payment.created"] };
      const { secret } = await call("/v1/webhook_endpoints", wanted);
      const env = { PAY_URL: app.local, PAY_KEY: testKey, WEBHOOK_SECRET: secret, PORT };
      const lines = await startGuideProgram(t, "docs/guide.md", program, env);

      const forged = { "webhook-id": "evt_1", "webhook-timestamp": "1", "webhook-signature": "v1,AAAA" };
      const refused = await fetch(`${shop}/webhooks`, { method: "POST", body: "{}", headers: forged });
      t.equal(refused.status, 400);
      t.match(await (await fetch(`${shop}/`)).text(), /<form method="post" action="\/buy">/);

      const paid = await buy();
      t.match((await pay(paid.url, { outcome: "decline" }))?.url, paid.url);
      t.same(lines.rest(), [], "nothing is shipped for a declined card");
      t.match((await pay(paid.url, {}))?.url, `http://localhost:${PORT}/thanks`);
      t.equal(await lines.next(), `ship ${paid.client_reference_id}`);

      const left = await buy();
      await call(`${SESSIONS}/${left.id}/expire`, {});
      t.equal(await lines.next(), `release ${left.client_reference_id}`);

      const part = await buy();
      await pay(part.url, { outcome: "partial" });
      const [held] = (await call("/v1/held_payments")).data;
      t.equal(await lines.next(), `look at ${held.id}`);

      const { data } = await call("/v1/events?type=checkout.session.completed");
      const [delivery] = (await call(`/v1/webhook_deliveries?event=${data[0].id}`)).data;
      await call(`/v1/webhook_deliveries/${delivery.id}/resend`, {});
      await until("it has arrived twice", async () => {
        const again = await call(`/v1/webhook_deliveries/${delivery.id}`);
        return again.status === "succeeded" && again.attempt_count === 2;
      });
      t.same(lines.rest(), [], "it arrived twice, and was shipped once");

      /** Presses the button; answers the session that the shop has created. */
      async function buy() {
        const { status, headers } = await fetch(`${shop}/buy`, { method: "POST", redirect: "manual" });
        t.equal(status, 303);
        return await call(`${SESSIONS}/${headers.get("location")?.split("/").pop()}`);
      }
    },
  );
}

async function pay(url: string, choices: Record<string, string>) {
  const cardPage = await (await openPage(url)).forms[0]?.submit();
  return await (await cardPage?.forms[0]?.submit({ ...CARD, ...choices }))?.forms[0]?.submit();
}
