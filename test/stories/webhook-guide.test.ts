import t from "tap";

import { createTestMerchant, startTestApp, testConfig } from "../support/app.js";
import { openPage } from "../support/browser.js";
import { onSqlite, until } from "../support/database.js";
import { freePort } from "../support/free-ports.js";
import { LANGUAGES, startGuideProgram } from "../support/guide-programs.js";
import { anOrder } from "../support/orders.js";

const CARD = { cardNumber: "4929421234600821", cardExpiryMonth: "12", cardExpiryYear: "29", cardCVV: "356" };

for (const program of LANGUAGES) {
  await onSqlite(
    t,
    `the guide's receiver in ${program.language} refuses what is not signed, and ships what is paid once`,
    async (t, engine) => {
      const config = testConfig(engine, { webhookPrivateAddresses: true });
      const { testKey } = await createTestMerchant(config);
      const app = await startTestApp(t, config);
      const port = await freePort();
      const url = `http://127.0.0.1:${port}/`;
      const wanted = { url, enabled_events: ["checkout.*"] };
      const { json: endpoint } = await app.call("POST", "/v1/webhook_endpoints", testKey, wanted);
      const env = { PORT: String(port), WEBHOOK_SECRET: endpoint.secret };
      const lines = await startGuideProgram(t, "docs/webhooks.md", program, env);

      const forged = { "webhook-id": "evt_1", "webhook-timestamp": "1", "webhook-signature": "v1,AAAA" };
      t.equal((await fetch(url, { method: "POST", body: "{}", headers: forged })).status, 400);

      await pay({ payment_intent_data: { capture_method: "manual" } });
      await delivered(1);
      const session = await pay();
      t.equal(await lines.next(), `ship ${session}`, "not the one that is only authorized");

      const first = await delivered(1);
      t.match(await app.call("POST", `/v1/webhook_deliveries/${first}/resend`, testKey, {}), { status: 200 });
      await delivered(2);
      t.same(lines.rest(), [], "it arrived twice, and was shipped once");

      async function pay(order: Record<string, unknown> = {}): Promise<string> {
        const { json } = await app.call("POST", "/v1/checkout/sessions", testKey, anOrder(order));
        await (await (await openPage(json.url)).forms[0]?.submit())?.forms[0]?.submit(CARD);
        return json.id;
      }

      /** The id of the newest delivery once it has succeeded with so many attempts. */
      async function delivered(attempts: number): Promise<string> {
        return await until(`attempt ${attempts}`, async () => {
          const { json } = await app.call("GET", "/v1/webhook_deliveries?limit=1", testKey);
          const [delivery] = json.data;
          return delivery?.status === "succeeded" && delivery.attempt_count === attempts && delivery.id;
        });
      }
    },
  );
}
