import t from "tap";

import { encodeFields } from "../../src/cardstream/fields.js";
import { gatewayResults } from "../../src/db/tables/gateway-results.js";
import { createTestMerchant, startTestApp, testConfig } from "../support/app.js";
import { openPage } from "../support/browser.js";
import { eachEngine } from "../support/database.js";
import { paidMessage, signedBody } from "../support/gateway.js";
import { anOrder } from "../support/orders.js";
import { takeForm } from "../support/pay-page.js";
import { callback } from "../support/results.js";

await eachEngine(
  t,
  "that the gateway refused a form is stored once, however often somebody has it refused",
  async (t, engine) => {
    const config = testConfig(engine);
    const { liveKey, live } = await createTestMerchant(config);
    const app = await startTestApp(t, config);
    const { json: session } = await app.call("POST", "/v1/checkout/sessions", liveKey, anOrder());
    await takeForm(app, session.id);
    const form = (await openPage(`${app.local}/pay/${session.id}`)).forms[0]?.fields ?? [];
    const body = encodeFields(form);
    t.equal((await callback(app, body)).status, 400, "a form is no result, though it is signed");
    t.equal(await app.db.manager.count(gatewayResults), 0);
    for (let second = 10; second < 20; second += 1) {
      const refused = {
        ...paidMessage(session, live.gatewayMerchantId),
        responseCode: "66085",
        responseStatus: "2",
        responseMessage: "Missing xref",
        transactionID: "",
        xref: "",
        requestID: `request-${second}`,
        timestamp: `2026-11-22 15:30:${second}`,
      };
      t.equal((await callback(app, signedBody(refused, live.secret))).status, 200);
    }
    t.match(await app.db.manager.find(gatewayResults), [{ outcome: "unknown", responseCode: 66085 }]);
    t.equal(await app.db.manager.count(gatewayResults), 1);
  },
);
