import t from "tap";

import { encodeFields } from "../../src/cardstream/fields.js";
import { createTestMerchant, startTestApp, testConfig } from "../support/app.js";
import { firstForm } from "../simulation/page-form.js";
import { eachEngine } from "../support/database.js";
import { paidMessage, signedByteBody } from "../support/gateway.js";
import { anOrder } from "../support/orders.js";
import { bring, callback, openSession, read, resultsOf, type Session, stored } from "../support/results.js";

/** What old systems and a cut by bytes leave of a name, and how people read it. */
const NAMES: readonly [what: string, bytes: string, read: string][] = [
  ["cut inside a character", "Jos\xC3\xA9 Garc\xC3", "José Garc"],
  ["in Latin-1", "Jos\xE9 M\xFCller", "José Müller"],
  ["with a NUL", "Ada\0Lovelace", "AdaLovelace"],
  ["neither UTF-8 nor Latin-1", "\xC3\xA9 \xFF", "é \uFFFD"],
];

for (const [what, name, readAs] of NAMES) {
  await eachEngine(
    t,
    `a payment whose shopper's name is ${what} completes its session`,
    async (t, engine) => {
      const config = testConfig(engine);
      const mine = await createTestMerchant(config);
      const app = await startTestApp(t, config);
      const ways = [
        (_: string, body: Buffer) => callback(app, body),
        (id: string, body: Buffer) => bring(app, id, body),
      ];
      for (const [index, deliver] of ways.entries()) {
        const { json } = await app.call("POST", "/v1/checkout/sessions", mine.liveKey, anOrder());
        const session = json as Session;
        const message = paidMessage(session, mine.live.gatewayMerchantId);
        const bytes = { customerName: name, someOtherField: name };
        const forged = signedByteBody(message, bytes, "another secret");
        t.equal((await deliver(session.id, forged)).status, 400, "another's signature");
        const body = signedByteBody(message, bytes, mine.live.secret, index === 0 ? [] : ["customerName"]);
        const altered = Buffer.from(body.toString("latin1").replace("Name=", "Name=%E9"), "latin1");
        t.equal((await deliver(session.id, altered)).status, 400, "a byte more than was signed");
        t.match((await deliver(session.id, body)).status, index === 0 ? 200 : 303);
        const paid = await read(app, mine, session);
        t.equal(paid.status, "complete");
        t.match(await resultsOf(app, session), [{ outcome: "completed" }]);
        const method = await app.call("GET", `/v1/payment_methods/${paid.payment_method}`, mine.liveKey);
        t.equal(method.json.billing_details.name, readAs);
        const intent = await app.call("GET", `/v1/payment_intents/${paid.payment_intent}`, mine.liveKey);
        t.match(intent.json, { status: "succeeded", amount_received: 2999 });
      }
    },
  );
}

await eachEngine(
  t,
  "a message that is not UTF-8 and does not fit is held, and read again",
  async (t, engine) => {
    const { app, mine, session } = await openSession(t, engine);
    const message = paidMessage(session, mine.live.gatewayMerchantId, { amountReceived: "1" });
    const body = signedByteBody(message, { customerName: "Jos\xE9" }, mine.live.secret, ["customerName"]);
    t.equal((await callback(app, body)).status, 200);
    const [held] = await resultsOf(app, session);
    t.match(held, { outcome: "held", held_reason: "amount_mismatch" });
    const accepted = await app.call("POST", `/v1/held_payments/${held?.id}/resolve`, mine.liveKey, {
      resolution: "accept",
    });
    t.equal(accepted.status, 200, accepted.text);
    const paid = await read(app, mine, session);
    const method = await app.call("GET", `/v1/payment_methods/${paid.payment_method}`, mine.liveKey);
    t.equal(method.json.billing_details.name, "José");
  },
);

await eachEngine(t, "a browser keeps a message that is not UTF-8 byte for byte", async (t, engine) => {
  let fails = true;
  const parts = {
    checkpoint: async (point: string) => {
      if (point === "result verified" && fails) throw new Error("out of order");
    },
  };
  const { app, mine, session } = await openSession(t, engine, {}, parts);
  const message = paidMessage(session, mine.live.gatewayMerchantId);
  const body = signedByteBody(message, { customerName: "Jos\xE9 \"<&'" }, mine.live.secret);
  const page = await bring(app, session.id, body);
  t.equal(page.status, 503);
  const form = firstForm(await page.text());
  fails = false;
  const again = await bring(app, session.id, encodeFields(form?.fields ?? []));
  t.equal(again.status, 303);
  t.equal((await read(app, mine, session)).status, "complete");
  t.match(await stored(app), { intents: 1, results: [{ outcome: "completed", via: "return" }] });
});
