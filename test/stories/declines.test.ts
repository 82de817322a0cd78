import t, { type Test } from "tap";

import { createTestMerchant, startTestApp, type TestApp, testConfig } from "../support/app.js";
import { type BrowserPage, openPage } from "../support/browser.js";
import { eachEngine, type TestEngine, until } from "../support/database.js";
import { paidMessage, signedBody } from "../support/gateway.js";
import { anOrder } from "../support/orders.js";
import { bring, callback, openSession, read, stored } from "../support/results.js";

const SESSIONS = "/v1/checkout/sessions";
const CARD = { cardNumber: "4929421234600821", cardExpiryMonth: "12", cardExpiryYear: "29", cardCVV: "356" };
const OTHER_CARD = { ...CARD, cardNumber: "5301250070000191", cardCVV: "419" };

await eachEngine(
  t,
  "a declined shopper is told so here, pays with another card by one click, and each try is on record",
  async (t, engine) => {
    const { call, session } = await shop(t, engine);
    const first = await pay(await enter(session.url), { ...CARD, outcome: "insufficient_funds" });
    t.equal(first.url, session.url, "not the shop's page for those who cancel");
    t.match(first.text, /Your card was declined There is not enough money on the card's account\./);
    t.match(first.text, /Shop Test shop Amount £29\.99 Reference order 17/);
    t.match(first.text, /TEST/);
    t.match(
      first.html,
      /<a href="https:\/\/yourapp\.com\/checkout\/cancel">Back to <bdi>Test shop<\/bdi><\/a>/,
    );
    t.notMatch(first.html, /<script/, "it does not send its form by itself: the shopper reads first");
    t.match(await call(`${SESSIONS}/${session.id}`), {
      status: "open",
      payment_status: "unpaid",
      payment_intent: null,
      amount_received: 0,
      last_payment_error: {
        type: "card_error",
        code: "card_declined",
        decline_code: "insufficient_funds",
        message: "The card has insufficient funds.",
      },
    });
    t.same((await openPage(session.url)).text, first.text, "whoever opens the link again reads it, too");

    const again = await first.forms[0]?.submit();
    t.match(again?.text, /Pay by card/, "one click leads to the gateway");
    const second = await pay(again, { ...OTHER_CARD, outcome: "decline" });
    t.match(second.text, /The bank that issued the card did not approve it\./);
    const unique = new Map(second.forms[0]?.fields).get("transactionUnique");
    t.equal(unique, `${session.id}-3`, "the form is that of a new attempt");

    const paid = await pay(await second.forms[0]?.submit(), CARD);
    t.equal(paid.url, "https://yourapp.com/checkout/success");
    t.match(await call(`${SESSIONS}/${session.id}`), {
      status: "complete",
      payment_status: "paid",
      amount_received: 2999,
      last_payment_error: null,
    });
    const { data } = await call(`${SESSIONS}/${session.id}/attempts`);
    t.match(data, [
      { id: /^gr_/, outcome: "succeeded", attempt_number: 3, decline_code: null, card_last4: "0821" },
      { outcome: "declined", attempt_number: 2, decline_code: "do_not_honor", card_last4: "0191" },
      {
        object: "checkout.session.attempt",
        checkout_session: session.id,
        outcome: "declined",
        attempt_number: 1,
        decline_code: "insufficient_funds",
        card_brand: "visa",
        card_last4: "0821",
        gateway_transaction: /./,
      },
    ]);
    t.ok(data.every(({ created }: { created: number }) => created >= session.created));
  },
);

await eachEngine(
  t,
  "each decline is told by an event with the payment that the session's success gets",
  async (t, engine) => {
    const { app, call, session, key } = await shop(t, engine);
    let page: BrowserPage | undefined = await enter(session.url);
    page = await (await pay(page, { ...CARD, outcome: "insufficient_funds" })).forms[0]?.submit();
    await pay(page, { ...CARD, outcome: "decline" });
    const failed = await eventsOf(call, "payment_intent.payment_failed", 2);
    const [newest, first] = failed;
    const id = first?.id ?? "";
    t.match(first, {
      id: /^pi_/,
      object: "payment_intent",
      status: "requires_payment_method",
      amount: 2999,
      amount_received: 0,
      currency: "gbp",
      checkout_session: session.id,
      metadata: { order: "17" },
      latest_charge: { status: "failed", paid: false, decline_code: "insufficient_funds" },
      last_payment_error: { code: "card_declined", decline_code: "insufficient_funds" },
    });
    t.match(newest, { id, last_payment_error: { decline_code: "do_not_honor" } });
    const path = `/v1/payment_intents/${id}`;
    t.same(await call(path), newest, "a GET answers the same");
    const ofSession = `/v1/payment_intents?checkout_session=${session.id}`;
    t.same((await call(ofSession)).data, [newest], "and so does the list of its session");
    t.same((await call(`${ofSession}&starting_after=${id}`)).data, []);
    t.same((await call(`${ofSession}&customer=cus_abc123`)).data, [], "it has no customer");
    t.same((await call("/v1/payment_intents")).data, [], "no money was taken");
    const { testKey: other } = await createTestMerchant(app.config, "Other");
    t.same((await app.call("GET", ofSession, other)).json.data, []);
    t.equal((await app.db.manager.query("SELECT id FROM payment_intent")).length, 0);
    for (const doing of ["confirm", "cancel"]) {
      const refused = await app.call("POST", `${path}/${doing}`, key, {});
      t.match(refused, { status: 400, json: { error: { message: /another card on its page/ } } }, doing);
    }
    const refund = await app.call("POST", "/v1/refunds", key, { payment_intent: id });
    t.equal(refund.status, 400);

    await pay(await enter(session.url), CARD);
    t.match(await call(path), { status: "succeeded", amount_received: 2999, last_payment_error: null });
    t.match((await call(ofSession)).data, [{ id, status: "succeeded" }]);
    t.equal((await call(`${SESSIONS}/${session.id}`)).payment_intent, id);
    const created = await eventsOf(call, "payment_intent.created", 1);
    t.match(created, [{ id, status: "requires_payment_method" }]);
    await eventsOf(call, "payment_intent.succeeded", 1);
  },
);

await eachEngine(
  t,
  "a decline that comes again, and one that comes after the money, changes nothing",
  async (t, engine) => {
    const { app, mine, session } = await openSession(t, engine);
    const decline = { responseCode: "43", responseStatus: "1", state: "declined", amountReceived: "0" };
    const say = (changes: Record<string, string>) =>
      signedBody(paidMessage(session, mine.live.gatewayMerchantId, changes), mine.live.secret);
    const stolen = say({ ...decline, transactionID: "1" });
    for (let time = 0; time < 3; time++) await callback(app, stolen);
    const answer = await bring(app, session.id, stolen);
    t.match([answer.status, answer.headers.get("location")], [303, new RegExp(`/pay/${session.id}$`)]);
    const page = await openPage(`${app.local}/pay/${session.id}`);
    t.match(page.text, /Your card was declined/);
    t.notMatch(page.text, /stolen|lost|fraud|TEST/i, "a thief learns nothing, and live pages are no test");
    t.match(await read(app, mine, session), { last_payment_error: { decline_code: "stolen_card" } });
    t.same((await stored(app)).events, ["payment_intent.created", "payment_intent.payment_failed"]);
    await callback(app, say({ transactionUnique: `${session.id}-2`, transactionID: "2" }));
    const paid = await read(app, mine, session);
    t.match(paid, { status: "complete", last_payment_error: null });
    await callback(app, say({ ...decline, transactionID: "3" }));
    t.same(await read(app, mine, session), paid);
    const { json } = await app.call("GET", `${SESSIONS}/${session.id}/attempts`, mine.liveKey);
    t.match(json.data, [{ outcome: "declined" }, { outcome: "succeeded" }, { decline_code: "stolen_card" }]);
    t.equal((await stored(app)).events.filter((type) => type.endsWith("payment_failed")).length, 1);
  },
);

await eachEngine(
  t,
  "a shopper whose card is declined after the session's time reads both",
  async (t, engine) => {
    const { app, key, call, session } = await shop(t, engine);
    const cardPage = await enter(session.url);
    await app.call("POST", `${SESSIONS}/${session.id}/expire`, key, {});
    const page = await pay(cardPage, { ...CARD, outcome: "insufficient_funds" });
    t.match([page.url, page.status], [session.url, 410]);
    t.match(page.text, /This payment page has expired/);
    t.match(
      page.text,
      /Your card was declined, and was not charged\. There is not enough money on the card's account\./,
    );
    t.match(page.text, /Shop Test shop Amount £29\.99/);
    t.match(await call(`${SESSIONS}/${session.id}`), { status: "expired", payment_status: "unpaid" });
  },
);

await eachEngine(t, "a card that cannot be saved is told of without a word of payment", async (t, engine) => {
  const { call, session } = await shop(t, engine, { mode: "setup", line_items: undefined });
  const page = await pay(await enter(session.url), { ...CARD, outcome: "decline" });
  t.match(page.text, /Your card was not saved/);
  t.notMatch(page.text, /\bpay|charged|£/i);
  t.match(await call(`${SESSIONS}/${session.id}`), {
    payment_status: "no_payment_required",
    amount_received: 0,
    last_payment_error: { decline_code: "do_not_honor" },
  });
  t.match((await call(`${SESSIONS}/${session.id}/attempts`)).data, [{ outcome: "declined" }]);
  await pay(await page.forms[0]?.submit(), CARD);
  t.match(await call(`${SESSIONS}/${session.id}`), { status: "complete", last_payment_error: null });
  t.same((await call("/v1/payment_intents")).data, []);
});

/** A service with an open test session. */
async function shop(t: Test, engine: TestEngine, changes: Record<string, unknown> = {}) {
  const config = testConfig(engine);
  const { testKey: key } = await createTestMerchant(config);
  const app = await startTestApp(t, config);
  const data = changes["mode"] === "setup" ? {} : { payment_intent_data: { metadata: { order: "17" } } };
  const order = anOrder({ client_reference_id: "order 17", ...data, ...changes });
  const { json: session } = await app.call("POST", SESSIONS, key, order);
  return { app, key, session, call: callOf(app, key) };
}

function callOf(app: TestApp, key: string) {
  return async (path: string) => (await app.call("GET", path, key)).json;
}

/** Opens the session's page, and goes on by its form. */
async function enter(url: string): Promise<BrowserPage | undefined> {
  return await (await openPage(url)).forms[0]?.submit();
}

/** Sends the card page, and the page that leads back. */
async function pay(page: BrowserPage | undefined, typed: Record<string, string>): Promise<BrowserPage> {
  const end = await (await page?.forms[0]?.submit(typed))?.forms[0]?.submit();
  if (end === undefined) throw new Error(`There is no card to be typed: ${page?.text}`);
  return end;
}

/** The objects of this many events of a type, the newest first. */
async function eventsOf(call: ReturnType<typeof callOf>, type: string, count: number) {
  const found = await until(`${count} events ${type}`, async () => {
    const { data } = await call(`/v1/events?limit=100`);
    const objects = (data as { type: string; data: { object: { id: string } } }[])
      .filter((event) => event.type === type)
      .map(({ data: { object } }) => object);
    return objects.length === count ? objects : undefined;
  });
  return found ?? [];
}
