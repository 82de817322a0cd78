import t from "tap";

import { atTheBank, press } from "../support/bank.js";
import { openPage } from "../support/browser.js";
import { type CardShop, INTENTS, openCardShop } from "../support/charges.js";
import { eachEngine, until } from "../support/database.js";
import { CALLBACKS } from "../support/public-proxy.js";

// What becomes of a charge whose shopper is to authenticate where they do not, or where messages are lost.

/** The sandbox wants an authentication of this amount, and approves it then. */
const ASKED = 20_000;

const charge = (shop: CardShop, changes: Record<string, unknown> = {}, key?: string) =>
  shop.charge({ amount: ASKED, off_session: false, ...changes }, key);

const read = async (shop: CardShop, id: string) => (await shop.call("GET", `${INTENTS}/${id}`)).json;

await eachEngine(t, "a challenge that is abandoned ends, and what came of it is asked", async (t, engine) => {
  const shop = await openCardShop(t, engine);
  const { json } = await charge(shop);
  const { url } = json.next_action.redirect_to_url;
  const bank = await atTheBank(url);
  await shop.advance(29 * 60);
  t.equal((await read(shop, json.id)).status, "requires_action");
  await shop.advance(60);
  t.match((await openPage(url)).text, /Your payment is being checked/, "only the gateway knows now");
  await until("it has ended", async () => (await read(shop, json.id)).status === "requires_payment_method");
  t.match(await read(shop, json.id), { last_payment_error: { decline_code: "authentication_required" } });
  await bank?.forms[0]?.submit();
  t.match(
    await shop.sales(),
    [{ responseCode: 65802, amountReceived: 0 }],
    "too late: nothing was carried on",
  );
  t.same(await shop.pending(), []);
  t.same((await shop.call("GET", "/v1/held_payments")).json.data, []);
});

await eachEngine(
  t,
  "an abandoned challenge gives way to another card, or to a cancellation",
  async (t, engine) => {
    const shop = await openCardShop(t, engine);
    const first = (await charge(shop)).json;
    const bank = await atTheBank(first.next_action.redirect_to_url.url);
    const other = await shop.storeCard();
    const confirmed = await shop.call("POST", `${INTENTS}/${first.id}/confirm`, { payment_method: other });
    t.match(confirmed.json, { status: "requires_action", payment_method: other });
    await bank?.forms[0]?.submit();
    t.match(
      await read(shop, first.id),
      { status: "requires_action" },
      "the first bank's word is for the first charge",
    );
    t.match(
      (await shop.sales()).map(({ state }) => state),
      ["received", "received"],
    );
    t.match((await shop.call("POST", `${INTENTS}/${first.id}/cancel`, {})).json, { status: "canceled" });
    await press(first.next_action.redirect_to_url.url, "authenticate");
    t.match(
      (await shop.sales()).map(({ state }) => state),
      ["received", "received"],
    );
  },
);

for (const lost of ["the answer", "the request"] as const) {
  await eachEngine(t, `${lost} in the middle is lost: the gateway is asked`, async (t, engine) => {
    const shop = await openCardShop(t, engine);
    const { json } = await charge(shop);
    const { url } = json.next_action.redirect_to_url;
    const bank = await atTheBank(url);
    shop.proxy.lose(CALLBACKS);
    await shop.desk.setFaults(lost === "the answer" ? "direct_timeout:1" : "direct_error");
    await bank?.forms[0]?.submit();
    t.equal((await read(shop, json.id)).status, "processing");
    t.match((await openPage(url)).text, /Your payment is being checked/);
    t.match(await shop.call("POST", `${INTENTS}/${json.id}/cancel`, {}), { status: 400 }, "it may be paid");
    await shop.desk.setFaults("");
    await shop.advance(5 * 60);
    const end = lost === "the answer" ? "succeeded" : "requires_payment_method";
    await until(`it is ${end}`, async () => (await read(shop, json.id)).status === end);
    t.match(await shop.sales(), [{ responseCode: lost === "the answer" ? 0 : 65802 }]);
    t.same(await shop.pending(), []);
  });
}

await eachEngine(t, "a first answer that is lost ends within minutes, too", async (t, engine) => {
  const shop = await openCardShop(t, engine);
  shop.proxy.lose(CALLBACKS);
  await shop.desk.setFaults("direct_timeout:1");
  const { json } = await charge(shop);
  t.equal(json.status, "processing");
  await shop.desk.setFaults("");
  await shop.advance(5 * 60);
  await until("it has ended", async () => (await read(shop, json.id)).status === "requires_payment_method");
  t.match(await read(shop, json.id), { last_payment_error: { decline_code: "authentication_required" } });
});
