import t from "tap";

import { type BrowserPage, openPage, postPage } from "../support/browser.js";
import { CUSTOMER } from "../support/charges.js";
import { eachEngine, until } from "../support/database.js";
import { choose, openSavedCardShop, postChoice } from "../support/saved-cards.js";

// What becomes of the charge of a saved card that a shopper has chosen on a session's page.

/** The sandbox declines this amount; of the others it wants an authentication, and then approves or declines. */
const DECLINED = 12_000;
const ASKED = 20_000;
const ASKED_THEN_DECLINED = 25_000;

const OTHER_CARD = {
  cardNumber: "5573471234567898",
  cardExpiryMonth: "12",
  cardExpiryYear: "29",
  cardCVV: "159",
};

/** Presses a button of the bank's page that a challenge's page leads to: 0 is Authenticate, 1 is Fail. */
const atTheBank = async (page: BrowserPage | undefined, button: 0 | 1) =>
  await (await page?.forms[0]?.submit())?.forms[button]?.submit();

await eachEngine(t, "a card that the session does not offer does not exist for it", async (t, engine) => {
  const shop = await openSavedCardShop(t, engine);
  const { id, url } = await shop.create();
  await shop.call("POST", "/v1/customers", { id: "cus_other" });
  const others = await shop.storeCard(OTHER_CARD, { customer: "cus_other" });
  await shop.allow(others, "always");
  const unasked = await shop.storeCard(OTHER_CARD);
  for (const card of [others, unasked, "pm_none", "", "pm_' OR 1=1"]) {
    const refused = await postChoice(url, card);
    t.match([refused.status, refused.text], [404, /This card does not exist/], card);
    t.match(refused.text, /£12\.00/);
  }
  const plain = await shop.create(1200, { saved_payment_method_options: undefined });
  t.equal((await postChoice(plain.url, shop.card)).status, 404, "this session offers none");
  t.equal((await postChoice(`${shop.proxy.url}/pay/cs_none`, shop.card)).status, 404);
  t.same(await shop.charges(), []);
  t.match(await shop.read(id), { status: "open", payment_status: "unpaid" });
});

await eachEngine(t, "an old page, an expired session and a paid one charge nothing", async (t, engine) => {
  const shop = await openSavedCardShop(t, engine);
  const old = await shop.create();
  t.match((await postChoice(old.url, shop.card, 2)).text, /How do you want to pay/);
  t.match((await postChoice(old.url, shop.card, Number.NaN)).text, /How do you want to pay/);
  await shop.call("POST", `/v1/checkout/sessions/${old.id}/expire`);
  t.equal((await postChoice(old.url, shop.card)).status, 410);
  t.same(await shop.charges(), []);
  const paid = await shop.create();
  await choose(paid.url);
  t.match((await postChoice(paid.url, shop.card)).text, /Taking you back to the shop/);
  t.equal((await shop.charges()).length, 1);
});

await eachEngine(
  t,
  "the chosen card pays the session once, however often it is pressed",
  async (t, engine) => {
    const shop = await openSavedCardShop(t, engine);
    const { id, url } = await shop.create();
    const page = await openPage(url);
    const pressed = await Promise.all([1, 2, 3].map(async () => await page.forms[0]?.submit()));
    t.ok(pressed.some((one) => one?.text.includes("Taking you back to the shop")));
    const paid = await shop.read(id);
    t.match(paid, {
      status: "complete",
      payment_status: "paid",
      payment_method: shop.card,
      customer: CUSTOMER,
      amount_received: 1200,
    });
    const [charge, ...more] = await shop.charges();
    t.same(more, []);
    const sent = new Map(charge?.result);
    t.same(
      ["initiator", "rtAgreementType", "type", "transactionUnique", "orderRef"].map((name) => sent.get(name)),
      ["consumer", "cardonfile", "1", `${id}-2`, id],
    );
    t.match((await shop.call("GET", `/v1/payment_intents/${paid.payment_intent}`)).json, {
      status: "succeeded",
      payment_method: shop.card,
      customer: CUSTOMER,
    });
    const { json } = await shop.call("GET", `/v1/customers/${CUSTOMER}/payment_methods`);
    t.equal(json.data.length, 1, "it is no second card");
    t.match((await shop.call("GET", `/v1/checkout/sessions/${id}/attempts`)).json.data, [
      { attempt_number: 2, outcome: "succeeded", card_last4: "0821" },
    ]);
    const rows = await shop.app.db.manager.query(
      "SELECT type FROM event WHERE type LIKE '%completed' AND object_id = ?",
      [id],
    );
    t.equal(rows.length, 1);
    await choose((await shop.create()).url);
    t.match(
      (await shop.charges())[1]?.result.find(([name]) => name === "previousID"),
      ["previousID", charge?.id],
    );
    t.same(await shop.held(), []);
  },
);

await eachEngine(t, "a declined shopper chooses another card, or enters one", async (t, engine) => {
  const shop = await openSavedCardShop(t, engine);
  await shop.allow(await shop.storeCard(OTHER_CARD), "always");
  const { id, url } = await shop.create(DECLINED);
  const declined = await choose(url);
  t.match(
    declined?.text,
    /Your card was declined.*not charged.*ending in 7898.*ending in 0821.*another card/,
  );
  t.match(await shop.read(id), {
    payment_status: "unpaid",
    last_payment_error: { decline_code: "do_not_honor" },
  });
  t.match((await postChoice(url, shop.card, 1)).text, /Your card was declined/, "the old page again");
  t.equal((await shop.charges()).length, 1);
  await declined?.forms[1]?.submit();
  t.same(
    (await shop.charges()).map(({ transactionUnique }) => transactionUnique),
    [`${id}-2`, `${id}-4`],
  );
  const gateway = await (await openPage(url)).forms[2]?.submit();
  await gateway?.forms[0]?.submit({ ...OTHER_CARD, outcome: "approve" });
  t.match(await shop.read(id), { payment_status: "paid", last_payment_error: null });
  const { data } = (await shop.call("GET", `/v1/checkout/sessions/${id}/attempts`)).json;
  t.same(
    data.map(({ outcome }: { outcome: string }) => outcome),
    ["succeeded", "declined", "declined"],
  );
});

await eachEngine(t, "a challenge is carried through by the session's pages", async (t, engine) => {
  const shop = await openSavedCardShop(t, engine);
  const { id, url } = await shop.create(ASKED);
  const page = await choose(url);
  t.match(page?.text, /Confirm this payment with your bank.*£200\.00/);
  t.match(await shop.read(id), { status: "open", payment_status: "unpaid" }, "nothing moves by itself");
  const back = await atTheBank(page, 0);
  t.match(back?.html, `href="${url}" target="_top"`);
  t.match(await shop.read(id), { status: "complete", payment_status: "paid", payment_method: shop.card });
  const before = await shop.charges();
  await atTheBank(page, 1);
  await postPage(`${url}-2/challenge`, [["cres", "again"]]);
  t.same(await shop.charges(), before, "one transaction, which nothing changes");
  t.same(await shop.held(), []);

  const failed = await shop.create(ASKED);
  await atTheBank(await choose(failed.url), 1);
  t.match((await openPage(failed.url)).text, /Your card was declined.*The bank wants you to confirm/);
  const declined = await shop.create(ASKED_THEN_DECLINED);
  await atTheBank(await choose(declined.url), 0);
  t.match(await shop.read(declined.id), {
    payment_status: "unpaid",
    last_payment_error: { decline_code: "do_not_honor" },
  });
});

await eachEngine(
  t,
  "another card takes the place of a challenge, which is not answered any more",
  async (t, engine) => {
    const shop = await openSavedCardShop(t, engine);
    await shop.allow(await shop.storeCard(OTHER_CARD), "always");
    const { id, url } = await shop.create(ASKED);
    const bank = await (await choose(url))?.forms[0]?.submit();
    const challenge = await openPage(url);
    t.match(challenge.text, /Confirm this payment with your bank/);
    const second = await challenge.forms[2]?.submit();
    t.match(second?.text, /Confirm this payment with your bank/);
    await bank?.forms[0]?.submit();
    t.match(await shop.read(id), { payment_status: "unpaid" }, "the first bank's word is for the first card");
    const gateway = await (await openPage(url)).forms[3]?.submit();
    t.match(gateway?.text, /Card number/);
    await atTheBank(second, 0);
    t.match(
      (await shop.charges()).map(({ state }) => state),
      ["received", "received"],
    );
    await gateway?.forms[0]?.submit({ ...OTHER_CARD, outcome: "approve" });
    t.match(await shop.read(id), { payment_status: "paid" });
    t.not((await shop.read(id))["payment_method"], shop.card);
    t.same(await shop.held(), []);
  },
);

await eachEngine(t, "a challenge that nobody meets ends, and the gateway is asked", async (t, engine) => {
  const shop = await openSavedCardShop(t, engine);
  const { id, url } = await shop.create(ASKED);
  const bank = await (await choose(url))?.forms[0]?.submit();
  await shop.advance(31 * 60);
  await until("it has ended", async () => (await shop.read(id))["last_payment_error"] !== null);
  const said = await shop.read(id);
  t.match(said, {
    payment_status: "unpaid",
    last_payment_error: { decline_code: "authentication_required" },
  });
  const failed = (await shop.call("GET", `/v1/payment_intents?checkout_session=${id}`)).json.data[0];
  t.match((await shop.call("GET", `/v1/payment_intents/${failed?.id}`)).json, {
    status: "requires_payment_method",
  });
  await bank?.forms[0]?.submit();
  t.match(
    (await shop.charges()).map(({ state }) => state),
    ["received"],
    "too late",
  );
  t.match((await openPage(url)).text, /Your card was declined.*ending in 0821/);
});

await eachEngine(t, "an old page charges nothing while its card's challenge is open", async (t, engine) => {
  const shop = await openSavedCardShop(t, engine);
  const { url } = await shop.create(ASKED);
  const page = await openPage(url);
  t.match((await page.forms[0]?.submit())?.text, /Confirm this payment with your bank/);
  t.match((await page.forms[0]?.submit())?.text, /Confirm this payment with your bank/, "a reload");
  t.equal((await shop.charges()).length, 1);
});

await eachEngine(t, "after the session's time only what was begun is finished with", async (t, engine) => {
  const shop = await openSavedCardShop(t, engine);
  const expires_at = Math.floor(Date.now() / 1000) + 3600;
  const { id, url } = await shop.create(ASKED, { expires_at });
  await shop.advance(3500);
  const early = await choose(url);
  t.match(early?.text, /ending in 0821.*another card/);
  await shop.advance(120);
  const late = await openPage(url);
  t.match(late.text, /Confirm this payment with your bank/);
  t.notMatch(late.text, /another card|ending in/);
  t.match((await early?.forms.at(-1)?.submit())?.text, /Confirm this/, "no form is given out");
  t.match((await postChoice(url, shop.card, 3)).text, /Confirm this/, "and no other card charged");
  t.equal((await shop.charges()).length, 1);
  await atTheBank(late, 0);
  t.match(await shop.read(id), { status: "complete", payment_status: "paid" });
});
