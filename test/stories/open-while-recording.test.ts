import t from "tap";

import { startTestApp, testConfig, createTestMerchant } from "../support/app.js";
import { onMysql, signal, untilLockWait } from "../support/database.js";
import { paidMessage, signedBody } from "../support/gateway.js";
import { anOrder } from "../support/orders.js";
import { formBody, sendForm } from "../support/pay-page.js";
import { attemptOf, callback, type Session } from "../support/results.js";

const RESULTS = [
  { what: "held", changes: { amountReceived: "1000" }, status: 200, text: /has to look at your payment/ },
  { what: "a success", changes: {}, status: 200, text: /Taking you back to the shop/ },
  {
    what: "a decline",
    changes: { responseCode: "5", responseStatus: "1", amountReceived: "0" },
    status: 200,
    text: /-2"/,
  },
] as const;

for (const { what, changes, status, text } of RESULTS) {
  await onMysql(
    t,
    `a form that is sent on while a result is being recorded knows of it: ${what}`,
    async (t, engine, admin) => {
      const config = testConfig(engine);
      const mine = await createTestMerchant(config);
      const [recorded, goOn] = [signal(), signal()];
      const app = await startTestApp(t, config, {
        checkpoint: async (point) => {
          if (point !== "result recorded") return;
          recorded.give();
          await goOn.given;
        },
      });
      const { json } = await app.call("POST", "/v1/checkout/sessions", mine.liveKey, anOrder());
      const session = json as Session;
      const form = await formBody(app, session.id);
      const message = paidMessage(session, mine.live.gatewayMerchantId, changes);
      const told = callback(app, signedBody(message, mine.live.secret));
      await recorded.given;
      const opened = sendForm(app, session.id, form);
      await untilLockWait(admin);
      goOn.give();
      t.equal((await told).status, 200);
      const page = await opened;
      t.equal(page.status, status);
      t.match(await page.text(), text);
      t.equal(await attemptOf(app, session), what === "a decline" ? 2 : 1);
    },
  );
}
