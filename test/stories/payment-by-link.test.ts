import t from "tap";

import { openPage } from "../support/browser.js";
import { type CardShop, INTENTS, openCardShop } from "../support/charges.js";
import { eachEngine, until } from "../support/database.js";
import { CALLBACKS } from "../support/public-proxy.js";

// A declined charge of a stored card is paid by its customer, on the payment's own page.

const OTHER_CARD = {
  cardNumber: "5573471234567898",
  cardExpiryMonth: "12",
  cardExpiryYear: "29",
  cardCVV: "159",
};

/** The card of the vendor's samples, whose bank asks. */
const ASKED_CARD = { ...OTHER_CARD, cardNumber: "4012001037141112", cardCVV: "083" };

const read = async (shop: CardShop, id: string) => (await shop.call("GET", `${INTENTS}/${id}`)).json;

/** A charge off session for which the bank wants the customer, and the link to pay it by. */
async function wanted(shop: CardShop): Promise<{ id: string; link: string }> {
  const { status, json } = await shop.charge({ amount: 20_000, return_url: "https://shop.example/done" });
  t.match({ status, json }, { status: 402, json: { error: { decline_code: "authentication_required" } } });
  const [{ id } = { id: "" }] = (await shop.intents()).slice(-1);
  return { id, link: (await read(shop, id)).hosted_payment_url };
}

/** The gateway's page, as the shopper's browser gets there from the payment's page. */
const atTheGateway = async (link: string) => await (await openPage(link)).forms[0]?.submit();

await eachEngine(
  t,
  "who opens the link changes nothing, and who cancels may come back",
  async (t, engine) => {
    const shop = await openCardShop(t, engine);
    const { id, link } = await wanted(shop);
    t.match((await openPage(link)).text, /£200\.00/);
    t.equal((await read(shop, id)).status, "requires_payment_method");
    const page = await atTheGateway(link);
    t.equal((await read(shop, id)).status, "requires_action");
    t.match(await shop.call("POST", `${INTENTS}/${id}/confirm`, { payment_method: shop.card }), {
      status: 400,
    });
    await (await page?.forms[1]?.submit())?.forms[0]?.submit();
    t.match(await read(shop, id), {
      status: "requires_payment_method",
      last_payment_error: { decline_code: "authentication_required" },
      hosted_payment_url: link,
    });
  },
);

await eachEngine(t, "a payment is paid by its link once, with another card", async (t, engine) => {
  const shop = await openCardShop(t, engine);
  const { id, link } = await wanted(shop);
  const page = await atTheGateway(link);
  const back = await page?.forms[0]?.submit(OTHER_CARD);
  const end = await back?.forms[0]?.submit();
  t.equal(end?.url, `https://shop.example/done?payment_intent=${id}&redirect_status=succeeded`);
  t.match(await read(shop, id), {
    status: "succeeded",
    amount_received: 20_000,
    payment_method: null,
    hosted_payment_url: null,
  });
  t.same((await openPage(link)).redirects, [end?.url], "nothing more can be paid");
  t.same((await shop.call("GET", "/v1/held_payments")).json.data, []);
});

await eachEngine(
  t,
  "a form that nobody pays ends, and one whose messages are lost is found",
  async (t, engine) => {
    const shop = await openCardShop(t, engine);
    const left = await wanted(shop);
    await atTheGateway(left.link);
    await shop.advance(31 * 60);
    await until("it has ended", async () => (await read(shop, left.id)).status === "requires_payment_method");
    const asked = await (await atTheGateway(left.link))?.forms[0]?.submit(ASKED_CARD);
    t.match(asked?.text, /Your bank wants to know that it is you/);
    await shop.advance(31 * 60);
    await until("it was asked about", async () => (await shop.pending())[0]?.certainty === "doubtful");
    t.equal((await read(shop, left.id)).status, "requires_action", "the challenge may be met yet");
    await shop.advance(86_400);
    await until("a day later nobody can meet it", async () => {
      return (await read(shop, left.id)).status === "requires_payment_method";
    });
    t.same((await shop.call("GET", "/v1/held_payments")).json.data, []);
    shop.proxy.lose(CALLBACKS);
    await (await atTheGateway(left.link))?.forms[0]?.submit(OTHER_CARD);
    t.equal((await read(shop, left.id)).status, "requires_action");
    await shop.advance(60);
    await until("it is paid", async () => (await read(shop, left.id)).status === "succeeded");
  },
);
