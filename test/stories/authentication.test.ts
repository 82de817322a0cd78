import t from "tap";

import { atTheBank, press } from "../support/bank.js";
import { openPage } from "../support/browser.js";
import { type CardShop, INTENTS, openCardShop } from "../support/charges.js";
import { eachEngine, until } from "../support/database.js";
import { anOrder } from "../support/orders.js";

// A charge with the shopper present whose issuer wants them to authenticate (3-D Secure).

/** The sandbox wants an authentication of this amount, and approves it then; of the other it declines it then. */
const ASKED = 20_000;
const DECLINED = 25_000;

/** The card of the vendor's samples for 3-D Secure; the month decides. */
const SAMPLE = { cardNumber: "4012001037141112", cardCVV: "083", cardExpiryMonth: "12" };

/** Has the gateway's page ask nobody. */
const APPROVED = { outcome: "approve" };

const charge = (shop: CardShop, changes: Record<string, unknown> = {}, key?: string) =>
  shop.charge({ amount: ASKED, off_session: false, ...changes }, key);

const read = async (shop: CardShop, id: string) => (await shop.call("GET", `${INTENTS}/${id}`)).json;

const events = async ({ app }: CardShop, id: string): Promise<string[]> => {
  const rows = await app.db.manager.query("SELECT type FROM event WHERE object_id = ? ORDER BY id", [id]);
  return rows.map(({ type }: { type: string }) => type.replace("payment_intent.", ""));
};

await eachEngine(
  t,
  "a return_url that is no web address is refused, and nothing is charged",
  async (t, engine) => {
    const shop = await openCardShop(t, engine);
    for (const return_url of ["shop.example", "javascript:alert(1)", "https://user:pw@shop.example/"]) {
      const refused = { status: 400, json: { error: { param: "return_url" } } };
      t.match(await charge(shop, { return_url }), refused, return_url);
    }
    t.same(await shop.sales(), []);
  },
);

await eachEngine(
  t,
  "a challenge that the shopper fails is no payment, and another card may be",
  async (t, engine) => {
    const shop = await openCardShop(t, engine);
    const { status, json } = await charge(shop);
    t.equal(status, 200);
    const url = `${shop.proxy.url}/pay/${json.id}`;
    t.match(json, {
      status: "requires_action",
      amount_received: 0,
      next_action: { type: "redirect_to_url", redirect_to_url: { url, return_url: null } },
      last_payment_error: null,
      hosted_payment_url: null,
    });
    const back = await press(url, "fail");
    t.match(back?.html, `href="${url}" target="_top"`, "the page goes on by itself, also out of a frame");
    const failed = await read(shop, json.id);
    t.match(failed, {
      status: "requires_payment_method",
      next_action: null,
      hosted_payment_url: url,
      last_payment_error: { decline_code: "authentication_required" },
      latest_charge: { status: "failed", three_d_secure: { result: "failed" } },
    });
    t.same(await events(shop, json.id), [
      "created",
      "processing",
      "requires_action",
      "processing",
      "payment_failed",
    ]);
    t.same(await shop.pending(), [], "nobody needs to ask");
    const again = await shop.call("POST", `${INTENTS}/${json.id}/confirm`, { off_session: true });
    t.match(again, { status: 402 }, "that card would need the shopper");
    t.match(
      (await shop.sales()).map(({ responseCode }) => responseCode),
      [65803, 65],
    );
  },
);

await eachEngine(t, "a shopper who authenticates pays once, whatever is posted again", async (t, engine) => {
  const shop = await openCardShop(t, engine);
  const key = "once";
  const { json } = await charge(shop, { return_url: "https://shop.example/done?cart=7" }, key);
  const { url } = json.next_action.redirect_to_url;
  t.match((await charge(shop, { return_url: "https://shop.example/done?cart=7" }, key)).json, {
    status: "requires_action",
  });
  const bank = await atTheBank(url);
  t.match(bank?.text, /GBP 200.00 to/);
  await bank?.forms[0]?.submit();
  t.match(await read(shop, json.id), {
    status: "succeeded",
    amount_received: ASKED,
    next_action: null,
    latest_charge: { three_d_secure: { result: "authenticated", electronic_commerce_indicator: "05" } },
  });
  const before = await shop.sales();
  await bank?.forms[1]?.submit();
  await bank?.forms[0]?.submit();
  t.same(await shop.sales(), before, "one transaction, which nothing changes");
  t.match(before, [{ responseCode: 0, amountReceived: ASKED }]);
  const { redirects } = await openPage(url);
  const next = `https://shop.example/done?cart=7&payment_intent=${json.id}&redirect_status=succeeded`;
  t.same(redirects, [next], "the page leads on to the shop");
  t.same(await events(shop, json.id), [
    "created",
    "processing",
    "requires_action",
    "processing",
    "succeeded",
  ]);
  t.same((await shop.call("GET", "/v1/held_payments")).json.data, []);
});

await eachEngine(t, "a decline after the challenge is told as what it is", async (t, engine) => {
  const shop = await openCardShop(t, engine);
  const { json } = await charge(shop, { amount: DECLINED });
  await press(json.next_action.redirect_to_url.url, "authenticate");
  const error = { decline_code: "do_not_honor" };
  t.match(await read(shop, json.id), { status: "requires_payment_method", last_payment_error: error });
});

await eachEngine(
  t,
  "the month of the vendor's sample card decides how it is authenticated",
  async (t, engine) => {
    const shop = await openCardShop(t, engine);
    for (const [cardExpiryMonth, result] of [
      ["02", "failed"],
      ["06", "failed"],
    ] as const) {
      const payment_method = await shop.storeCard({ ...SAMPLE, cardExpiryMonth, ...APPROVED });
      const { json } = await charge(shop, { amount: 1200, payment_method });
      t.match(json.error, { decline_code: "authentication_required" });
      t.match(json.error.payment_intent?.latest_charge ?? { three_d_secure: { result } }, {
        three_d_secure: { result },
      });
    }
    for (const [cardExpiryMonth, result] of [
      ["01", "authenticated"],
      ["04", "attempt_acknowledged"],
    ] as const) {
      const payment_method = await shop.storeCard({ ...SAMPLE, cardExpiryMonth, ...APPROVED });
      const { json } = await charge(shop, { amount: 1200, payment_method });
      t.match(json, { status: "succeeded", latest_charge: { three_d_secure: { result } } }, "frictionless");
    }
    const payment_method = await shop.storeCard({ ...SAMPLE, ...APPROVED });
    const absent = await charge(shop, { amount: 1200, payment_method, off_session: true });
    t.match(absent, { status: 402, json: { error: { decline_code: "authentication_required" } } });
    const { json } = await charge(shop, { amount: 1200, payment_method });
    const { url } = json.next_action.redirect_to_url;
    const device = await openPage(url);
    t.match(device.headers.get("content-security-policy"), /frame-src http/);
    const looked = await device.forms[0]?.submit();
    t.equal(looked?.forms[0]?.action, `${url}-1/challenge`, "the bank has looked at the browser");
    await device.forms[1]?.submit();
    t.match(await read(shop, json.id), { status: "requires_action" }, "and wants more");
    await press(url, "authenticate");
    t.match(await read(shop, json.id), { status: "succeeded" }, "after two rounds");
  },
);

await eachEngine(
  t,
  "a challenge on the gateway's page that is failed or left is no payment",
  async (t, engine) => {
    const shop = await openCardShop(t, engine);
    const { json: session } = await shop.call("POST", "/v1/checkout/sessions", anOrder());
    const readSession = async () => (await shop.call("GET", `/v1/checkout/sessions/${session.id}`)).json;
    /** At the bank's page, from the session's. */
    const toTheBank = async () => {
      const cardPage = await (await openPage(session.url)).forms[0]?.submit();
      const typed = { ...SAMPLE, cardExpiryYear: "29" };
      return await (await cardPage?.forms[0]?.submit(typed))?.forms[0]?.submit();
    };
    const failed = await (await toTheBank())?.forms[1]?.submit();
    t.match((await failed?.forms[0]?.submit())?.text, /Your card was declined .*confirm/);
    t.match(await readSession(), {
      status: "open",
      payment_status: "unpaid",
      last_payment_error: { decline_code: "authentication_required" },
    });

    await toTheBank();
    await shop.advance(60);
    await until("the gateway was asked", async () => (await readSession()).payment_status === "processing");
    t.match((await openPage(session.url)).text, /Your payment is being checked/, "it may be met yet");
    await shop.advance(86_400);
    await until("the page is closed", async () => (await readSession()).payment_status === "unpaid");
    t.match(await readSession(), { amount_received: 0 });
    t.same((await shop.call("GET", "/v1/held_payments")).json.data, []);
  },
);
