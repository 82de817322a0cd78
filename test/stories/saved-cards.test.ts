import t from "tap";

import { openPage, postPage } from "../support/browser.js";
import { CUSTOMER } from "../support/charges.js";
import { eachEngine } from "../support/database.js";
import { anOrder } from "../support/orders.js";
import { OFFERS, openSavedCardShop } from "../support/saved-cards.js";

// A customer's saved cards on the pay page: offered with consent, and chosen. What becomes of their charges is in
// saved-card-charges.test.ts.

const SESSIONS = "/v1/checkout/sessions";
const CARD = { cardNumber: "5573471234567898", cardExpiryMonth: "12", cardExpiryYear: "29", cardCVV: "159" };
const SAVES = { ...OFFERS, payment_method_save: "enabled" };

await eachEngine(t, "what a page cannot do with saved cards is refused", async (t, engine) => {
  const shop = await openSavedCardShop(t, engine);
  const options = "saved_payment_method_options";
  const refused: [Record<string, unknown>, string][] = [
    [{ [options]: { allow_redisplay_filters: ["limited"] } }, `${options}.allow_redisplay_filters`],
    [
      { [options]: { allow_redisplay_filters: ["always", "unspecified"] } },
      `${options}.allow_redisplay_filters`,
    ],
    [{ [options]: OFFERS, customer: "" }, options],
    [{ [options]: SAVES, mode: "setup", line_items: [] }, options],
  ];
  for (const [changes, param] of refused) {
    const answer = await shop.call("POST", SESSIONS, anOrder({ customer: CUSTOMER, ...changes }));
    t.match(answer, { status: 400, json: { error: { code: "parameter_unsupported", param } } });
  }
  t.match(await shop.create(1200, { [options]: SAVES }), { [options]: SAVES });
  t.equal((await shop.create(1200, { [options]: undefined }))[options], null);
});

await eachEngine(
  t,
  "a card is offered only with consent, and only where it is asked for",
  async (t, engine) => {
    const shop = await openSavedCardShop(t, engine);
    const { url } = await shop.create();
    const unasked = await shop.storeCard(CARD);
    t.match((await shop.call("GET", `/v1/payment_methods/${unasked}`)).json, { allow_redisplay: "limited" });
    const page = await openPage(url);
    t.match(page.text, /How do you want to pay\?.*Pay £12\.00 with Visa ending in 0821 Expires 12\/29/);
    t.notMatch(page.text, /7898/, "saved for the merchant's own charges");
    t.same(page.forms[0]?.fields, [
      ["payment_method", shop.card],
      ["attempt", "1"],
    ]);
    t.notMatch(
      page.html,
      /492942|cus_|location|submit\.call/,
      "nothing goes on by itself, and nothing more is told",
    );
    const text = async (changes: Record<string, unknown>) =>
      (await openPage((await shop.create(1200, changes)).url)).text;
    t.notMatch(
      await text({ saved_payment_method_options: undefined }),
      /0821/,
      "the merchant did not ask for it",
    );
    await shop.call("POST", "/v1/customers", { id: "cus_other" });
    t.notMatch(await text({ customer: "cus_other" }), /0821/, "another customer's");
    t.equal((await shop.allow(shop.card, "limited"))["allow_redisplay"], "limited");
    t.notMatch((await openPage(url)).text, /0821/, "the consent is withdrawn");
    await shop.allow(shop.card, "always");
    await shop.call("POST", `/v1/payment_methods/${shop.card}/detach`);
    t.notMatch((await openPage(url)).text, /0821/, "it is nobody's any more");
  },
);

await eachEngine(t, "an expired card, and one of a deleted customer, is not offered", async (t, engine) => {
  const shop = await openSavedCardShop(t, engine);
  const now = new Date();
  const [month, year] = [String(now.getUTCMonth() + 1).padStart(2, "0"), String(now.getUTCFullYear() % 100)];
  const last = await shop.storeCard({ ...CARD, cardExpiryMonth: month, cardExpiryYear: year });
  await shop.allow(last, "always");
  t.match((await openPage((await shop.create()).url)).text, /7898.*0821/, "until the end of its month");
  await shop.advance(32 * 86_400);
  const { url } = await shop.create();
  t.match((await openPage(url)).text, /0821/);
  t.notMatch((await openPage(url)).text, /7898/);
  await shop.call("DELETE", `/v1/customers/${CUSTOMER}`);
  t.notMatch((await openPage(url)).text, /0821/);
});

await eachEngine(
  t,
  "the same card entered twice is offered once, with its newest token",
  async (t, engine) => {
    const shop = await openSavedCardShop(t, engine);
    const again = await shop.storeCard();
    await shop.allow(again, "always");
    const { forms } = await openPage((await shop.create()).url);
    t.same(
      forms.map(({ fields }) => fields.find(([name]) => name === "payment_method")?.[1]),
      [again, undefined],
    );
  },
);

await eachEngine(
  t,
  "a card is saved for next time where its shopper ticks that, and pays",
  async (t, engine) => {
    const shop = await openSavedCardShop(t, engine);
    const other = await shop.create(1200, { saved_payment_method_options: OFFERS });
    const cards = async () => (await shop.call("GET", `/v1/customers/${CUSTOMER}/payment_methods`)).json.data;
    const unasked = await openPage(other.url);
    await (await postPage(`${unasked.url}/save`, unasked.forms[1]?.fields ?? [])).forms[0]?.submit(CARD);
    t.match(
      (await cards())[0],
      { card: { last4: "7898" }, allow_redisplay: "limited" },
      "its page did not ask",
    );

    const { url } = await shop.create(1200, { saved_payment_method_options: SAVES });
    const page = await openPage(url);
    t.match(page.text, /Save (this|the other) card for next time/);
    t.match(page.html, `formaction="${url}/save"`);
    const fields = page.forms[1]?.fields ?? [];
    t.same(
      fields.filter(([name]) => /save/i.test(name)),
      [],
      "nothing unsigned goes to the gateway",
    );
    const [ticked, plain] = [await postPage(`${url}/save`, fields), await postPage(url, fields)];
    await plain.forms[0]?.submit(CARD);
    t.equal((await cards())[0].allow_redisplay, "limited", "what they chose last counts");
    t.ok(ticked.forms[0]);

    const next = await shop.create(1200, { saved_payment_method_options: SAVES });
    const nextPage = await openPage(next.url);
    await (await postPage(`${next.url}/save`, nextPage.forms[1]?.fields ?? [])).forms[0]?.submit(CARD);
    t.match((await cards())[0], { card: { last4: "7898" }, allow_redisplay: "always" });
    t.match(
      (await openPage((await shop.create()).url)).text,
      /Mastercard ending in 7898.*Visa ending in 0821/,
    );
  },
);

await eachEngine(t, "a session that makes its customer asks as well", async (t, engine) => {
  const shop = await openSavedCardShop(t, engine);
  const options = { payment_method_save: "enabled" };
  const made = { customer: undefined, customer_creation: "always", saved_payment_method_options: options };
  const { id, url } = await shop.create(1200, made);
  const page = await openPage(url);
  t.match(page.text, /Go on to the payment page.*Save (this|the other) card for next time/);
  await (await postPage(`${url}/save`, page.forms[0]?.fields ?? [])).forms[0]?.submit(CARD);
  const { customer, payment_method } = await shop.read(id);
  t.match((await shop.call("GET", `/v1/payment_methods/${payment_method}`)).json, {
    customer,
    allow_redisplay: "always",
  });
  const { url: later } = await shop.create(1200, { customer });
  t.match((await openPage(later)).text, /ending in 7898/);
});

await eachEngine(t, "a card that gets another owner is not shown to that one", async (t, engine) => {
  const shop = await openSavedCardShop(t, engine);
  await shop.call("POST", "/v1/customers", { id: "cus_other" });
  const method = `/v1/payment_methods/${shop.card}`;
  const detached = await shop.call("POST", `${method}/detach`);
  t.match(detached.json, { customer: null, allow_redisplay: "limited" });
  t.match((await shop.call("GET", method)).json, detached.json);
  await shop.call("POST", `${method}/attach`, { customer: "cus_other" });
  const page = await openPage((await shop.create(1200, { customer: "cus_other" })).url);
  t.notMatch(page.text, /ending in/);
});
