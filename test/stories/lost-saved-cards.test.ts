import t from "tap";

import { openPage, postPage } from "../support/browser.js";
import { takeSearchAway } from "../support/charges.js";
import { eachEngine, until } from "../support/database.js";
import { CALLBACKS } from "../support/public-proxy.js";
import {
  choose,
  openSavedCardShop,
  postChoice,
  type SavedCardShop,
  type SessionJson,
} from "../support/saved-cards.js";

// What becomes of the charge of a saved card whose answer is lost, or is not what was asked for.

const OTHER_CARD = {
  cardNumber: "5573471234567898",
  cardExpiryMonth: "12",
  cardExpiryYear: "29",
  cardCVV: "159",
};

/** Cuts the connection of every direct request once its work is done. */
const LOSE_ANSWER = "direct_timeout:1";

const untilPaid = (shop: SavedCardShop, { id }: SessionJson, status: string) =>
  until(`it is ${status}`, async () => (await shop.read(id))["payment_status"] === status);

await eachEngine(
  t,
  "a lost answer is in doubt until the gateway is asked, and never sent again",
  async (t, engine) => {
    const shop = await openSavedCardShop(t, engine);
    shop.proxy.lose(CALLBACKS);
    await takeSearchAway(shop);
    await shop.desk.setFaults(LOSE_ANSWER);
    const { id, url } = await shop.create();
    t.match((await choose(url))?.text, /Your payment is being checked/);
    t.match(await shop.read(id), { status: "open", payment_status: "processing" });
    t.match((await postChoice(url, shop.card, 1)).text, /Your payment is being checked/);
    t.match((await postChoice(url, shop.card, 2)).text, /Your payment is being checked/);
    await shop.advance(23 * 3600);
    t.match((await openPage(url)).text, /Your payment is being checked/, "nobody can say");
    t.equal((await shop.charges()).length, 1);
  },
);

await eachEngine(t, "a charge whose answer and callback are lost is found by asking", async (t, engine) => {
  const shop = await openSavedCardShop(t, engine);
  shop.proxy.lose(CALLBACKS);
  await shop.desk.setFaults(`${LOSE_ANSWER},search_error`);
  const lost = await shop.create();
  await choose(lost.url);
  t.match(await shop.read(lost.id), { payment_status: "processing" });
  await shop.desk.setFaults("");
  await shop.advance(60);
  await untilPaid(shop, lost, "paid");
  t.match(await shop.read(lost.id), { payment_method: shop.card });
  t.equal((await shop.charges()).length, 1);
  t.same(await shop.held(), []);
});

await eachEngine(
  t,
  "a charge that the gateway never made fails a day later, not before",
  async (t, engine) => {
    const shop = await openSavedCardShop(t, engine);
    await shop.desk.setFaults("direct_error");
    const session = await shop.create();
    await choose(session.url);
    await shop.desk.setFaults("");
    await shop.advance(3600);
    const asked = async () =>
      (
        await shop.app.db.manager.query("SELECT asked FROM pending_attempt WHERE reference = ?", [
          `${session.id}-2`,
        ])
      )[0];
    await until("it was asked about", async () => (await asked())?.asked > 1);
    t.match(await shop.read(session.id), { payment_status: "processing" }, "it may still be on its way");
    await shop.advance(86_400);
    await untilPaid(shop, session, "unpaid");
    t.same(await shop.charges(), [], "it was never sent again");
  },
);

await eachEngine(
  t,
  "a form that is out is asked about first, and a second payment is held",
  async (t, engine) => {
    const shop = await openSavedCardShop(t, engine);
    const { id, url } = await shop.create();
    const gateway = await (await openPage(url)).forms[1]?.submit();
    await choose(url);
    t.match(await shop.read(id), { payment_status: "paid", payment_method: shop.card });
    t.match(
      (await shop.charges()).map(({ transactionUnique }) => transactionUnique),
      [`${id}-2`],
    );
    await gateway?.forms[0]?.submit(OTHER_CARD);
    t.match(await shop.held(), [{ reason: "duplicate", checkout_session: id }]);

    const paid = await shop.create();
    const page = await openPage(paid.url);
    const form = await page.forms[1]?.submit();
    shop.proxy.lose(/^POST \/(callbacks|pay\/.*\/return)/);
    await form?.forms[0]?.submit(OTHER_CARD);
    t.match(await shop.read(paid.id), { payment_status: "unpaid" }, "nobody knows yet");
    await page.forms[0]?.submit();
    t.match(await shop.read(paid.id), { payment_status: "paid" });
    t.equal((await shop.charges()).length, 1, "what was paid on the form is found first");
  },
);

await eachEngine(
  t,
  "a charge in doubt is asked about though its session was paid otherwise, and held",
  async (t, engine) => {
    const shop = await openSavedCardShop(t, engine);
    const { id, url } = await shop.create();
    const pending = async (): Promise<{ asked: number } | undefined> =>
      (
        await shop.app.db.manager.query("SELECT asked FROM pending_attempt WHERE reference = ?", [`${id}-2`])
      )[0];
    const gateway = await (await openPage(url)).forms[1]?.submit();
    shop.proxy.lose(CALLBACKS);
    await shop.desk.setFaults(`${LOSE_ANSWER},search_error`);
    await choose(url);
    t.match(await shop.read(id), { payment_status: "processing" });
    await shop.desk.setFaults("search_error");
    await (await gateway?.forms[0]?.submit(OTHER_CARD))?.forms[0]?.submit(); // The browser brings the result.
    t.match(await shop.read(id), { status: "complete", payment_status: "paid" });
    const before = (await pending())?.asked ?? 0;
    await shop.advance(60);
    await until("it was asked about", async () => ((await pending())?.asked ?? 99) > before);
    t.ok(await pending(), "a search that failed settles nothing");
    await shop.desk.setFaults("");
    await shop.advance(86_400);
    await until("the second payment is held", async () => (await shop.held()).length === 1);
    t.match(await shop.held(), [{ reason: "duplicate", checkout_session: id }]);
  },
);

await eachEngine(
  t,
  "a form that was posted past this service pays with its own card, not with the saved one",
  async (t, engine) => {
    const shop = await openSavedCardShop(t, engine);
    const { id, url } = await shop.create(20_000);
    const fields = (await openPage(url)).forms[1]?.fields ?? [];
    const gateway = await postPage(`${shop.app.local}/sandbox/hosted/`, fields);
    t.match((await choose(url))?.text, /Confirm this payment with your bank/);
    await gateway.forms[0]?.submit({ ...OTHER_CARD, outcome: "approve" });
    const { payment_method, payment_status } = await shop.read(id);
    t.equal(payment_status, "paid");
    const last4 = async (card: unknown) =>
      (await shop.call("GET", `/v1/payment_methods/${String(card)}`)).json.card.last4;
    t.same([await last4(payment_method), await last4(shop.card)], ["7898", "0821"]);
    t.not(payment_method, shop.card);
  },
);

await eachEngine(t, "an authorization by a saved card is captured later", async (t, engine) => {
  const shop = await openSavedCardShop(t, engine);
  const { id, url } = await shop.create(1200, { payment_intent_data: { capture_method: "manual" } });
  await choose(url);
  const session = await shop.read(id);
  t.match(session, { status: "complete", payment_status: "unpaid", payment_method: shop.card });
  const captured = await shop.call("POST", `/v1/payment_intents/${session.payment_intent}/capture`, {});
  t.match(captured.json, { status: "succeeded", amount_received: 1200 });
  t.match(await shop.read(id), { payment_status: "paid" });
});

await eachEngine(t, "what is received is not what was charged: a person decides", async (t, engine) => {
  const shop = await openSavedCardShop(t, engine);
  await shop.desk.setFaults("wrong_amount");
  const { id, url } = await shop.create();
  t.match((await choose(url))?.text, /The shop has to look at your payment/);
  await shop.desk.setFaults("");
  t.match(await shop.read(id), { payment_status: "held" });
  const [held] = await shop.held();
  await shop.call("POST", `/v1/held_payments/${held?.["id"]}/resolve`, { resolution: "return" });
  t.match(await shop.read(id), { payment_status: "unpaid" });
  t.match((await choose(url))?.text, /Taking you back/);
  t.match(
    (await shop.charges()).map(({ transactionUnique }) => transactionUnique),
    [`${id}-2`, `${id}-4`],
  );
});
