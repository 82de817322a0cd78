import t, { type Test } from "tap";

import { createTestMerchant, startTestApp, testConfig } from "../support/app.js";
import { type BrowserPage, openPage } from "../support/browser.js";
import { eachEngine, type TestEngine } from "../support/database.js";
import { type Message, paidMessage, signedBody } from "../support/gateway.js";
import { HELD } from "../support/held.js";
import { anOrder } from "../support/orders.js";
import { bring, callback, type Session, stored } from "../support/results.js";
import { type GatewayRequest, startGateway } from "../support/scripted-gateway.js";

// A live gateway that takes the shopper's form, and answers what a test tells it to: by callback and by the browser.

await eachEngine(
  t,
  "what a gateway approves and never captures is held until it says that it has captured it",
  async (t, engine) => {
    const shop = await openShop(t, engine);
    const page = await shop.pay({ state: "approved" });
    t.match(page.text, /The shop has to look at your payment/);
    t.match(page.text, /Shop Mine Amount £29\.99/);
    const waits = { status: "open", payment_status: "held", amount_received: 0, payment_intent: null };
    t.match(await shop.read(), waits);
    t.match(await shop.attempts(), [{ outcome: "held", amount_received: 2999 }]);
    t.match(await shop.held(), [{ reason: "state_mismatch", amount_received: 2999 }]);
    await shop.repeat({ state: "approved" });
    t.match((await openPage(shop.session.url)).text, /The shop has to look at your payment/);
    t.match(await shop.read(), waits, "however often it says so");
    t.match(await stored(shop.app), { intents: 0, events: ["held_payment.created"] });

    await shop.repeat({ state: "captured" });
    t.match(await shop.read(), { status: "complete", payment_status: "paid", amount_received: 2999 });
    t.equal((await stored(shop.app)).intents, 1);
  },
);

for (const [what, changes, reason, received] of [
  ["half the amount", { amountReceived: "1500" }, "amount_mismatch", 1500],
  ["an amount that was not asked for", { amount: "100", amountReceived: "100" }, "amount_mismatch", 100],
  ["more than the amount", { amountReceived: "3500" }, "amount_mismatch", 3500],
  [
    "the amount in another currency",
    { currencyCode: "392", currencyExponent: "0" },
    "currency_mismatch",
    2999,
  ],
  [
    "a part, by the code that says so",
    { responseCode: "10", amountReceived: "1500" },
    "approved_variant",
    1500,
  ],
] as const) {
  await eachEngine(t, `a gateway that takes ${what} pays no session`, async (t, engine) => {
    const shop = await openShop(t, engine);
    const page = await shop.pay(changes);
    t.match(page.text, /The shop has to look at your payment/);
    t.match(await shop.read(), { status: "open", payment_status: "held", amount_received: 0 });
    t.match(await shop.attempts(), [{ outcome: "held", amount_received: received }]);
    t.match(await shop.held(), [{ reason, amount_received: received }]);
    t.match(await stored(shop.app), { intents: 0, methods: 0, events: ["held_payment.created"] });
  });
}

/** A service whose live gateway is the test's, and a session of 29.99 pounds. */
async function openShop(t: Test, engine: TestEngine) {
  const gateway = await startGateway(t);
  const config = testConfig(engine, { cardstreamUrl: gateway.url });
  const { liveKey, live } = await createTestMerchant(config, "Mine");
  const app = await startTestApp(t, config);
  const get = async (path: string) => (await app.call("GET", path, liveKey)).json;
  const { json } = await app.call("POST", "/v1/checkout/sessions", liveKey, anOrder());
  const session = json as Session & { readonly url: string };
  let message: Message = {};
  const say = (changes: Message) => signedBody({ ...message, ...changes }, live.secret);

  /** The shopper's browser goes to the gateway: what that would say of a payment. */
  async function takeForm(): Promise<Message> {
    gateway.answer(({ url, fields }) => {
      message = saleOf(fields, session);
      return { body: url === "/hosted/" ? "Pay by card" : "" };
    });
    await (await openPage(session.url)).forms[0]?.submit();
    return message;
  }

  return {
    app,
    session,
    /** The gateway tells of a payment by its callback, then sends the browser back. */
    async pay(changes: Message): Promise<BrowserPage> {
      await takeForm();
      t.equal((await callback(app, say(changes))).status, 200);
      const returned = await bring(app, session.id, say(changes));
      t.equal(returned.status, 200);
      return await openPage(`${app.local}/pay/${session.id}/return`);
    },
    /** The gateway tells of that payment once more. */
    async repeat(changes: Message): Promise<void> {
      t.equal((await callback(app, say(changes))).status, 200);
    },
    read: () => get(`/v1/checkout/sessions/${session.id}`),
    attempts: async () => (await get(`/v1/checkout/sessions/${session.id}/attempts`)).data,
    held: async () => (await get(HELD)).data,
  };
}

/** A captured sale of what the form asks for. */
function saleOf(
  { merchantID = "", transactionUnique, currencyCode }: GatewayRequest["fields"],
  session: Session,
) {
  return paidMessage(session, merchantID, { transactionUnique, currencyCode });
}
