import t, { type Test } from "tap";

import { createTestMerchant, startTestApp, type TestApp, testConfig } from "../support/app.js";
import { type BrowserForm, type BrowserPage, openPage } from "../support/browser.js";
import { eachEngine, type TestEngine } from "../support/database.js";
import { HELD } from "../support/held.js";
import { anOrder } from "../support/orders.js";

const CARD = { cardNumber: "4929421234600821", cardExpiryMonth: "12", cardExpiryYear: "29", cardCVV: "356" };
const OTHER_CARD = { ...CARD, cardNumber: "5301250070000191", cardCVV: "419" };

await eachEngine(t, "two tabs with one card are charged once", async (t, engine) => {
  const shop = await openShop(t, engine);
  const tabs = [await enter(shop.url), await enter(shop.url)];
  await Promise.all(tabs.map((tab) => pay(tab, CARD)));
  await isPaid(t, shop, { charged: 1 });
});

await eachEngine(
  t,
  "two tabs with two cards are charged twice, and the second is held",
  async (t, engine) => {
    const shop = await openShop(t, engine);
    const tabs: [BrowserPage, typeof CARD][] = [
      [await enter(shop.url), CARD],
      [await enter(shop.url), OTHER_CARD],
    ];
    await Promise.all(tabs.map(([tab, card]) => pay(tab, card)));
    await isPaid(t, shop, { charged: 2 });
  },
);

await eachEngine(
  t,
  "back to the card page and paid again: once with the card, held with another",
  async (t, engine) => {
    const shop = await openShop(t, engine);
    const page = await enter(shop.url);
    await pay(page, CARD);
    await pay(page, CARD);
    await isPaid(t, shop, { charged: 1 });
    await pay(page, OTHER_CARD);
    await isPaid(t, shop, { charged: 2 });
  },
);

await eachEngine(
  t,
  "a page that is loaded again, before and after paying, changes nothing",
  async (t, engine) => {
    const shop = await openShop(t, engine);
    await enter(shop.url);
    const leading = await submitCard(await enter(shop.url), CARD);
    await form(leading).submit();
    await form(leading).submit();
    await openPage(shop.url);
    await isPaid(t, shop, { charged: 1 });
  },
);

await eachEngine(t, "a double submit is charged once", async (t, engine) => {
  const shop = await openShop(t, engine);
  const page = await enter(shop.url);
  const leading = await Promise.all(Array.from({ length: 4 }, () => submitCard(page, CARD)));
  await Promise.all(leading.map((each) => form(each).submit()));
  await isPaid(t, shop, { charged: 1 });
});

await eachEngine(t, "after a decline the same card pays, as a new attempt", async (t, engine) => {
  const shop = await openShop(t, engine);
  await pay(await enter(shop.url), { ...CARD, outcome: "decline" });
  await pay(await enter(shop.url), CARD);
  await isPaid(t, shop, { charged: 1 });
});

await eachEngine(t, "a page of before the decline, paid after the retry, is held", async (t, engine) => {
  const shop = await openShop(t, engine);
  const old = await enter(shop.url);
  await pay(await enter(shop.url), { ...CARD, outcome: "decline" });
  await pay(await enter(shop.url), OTHER_CARD);
  await pay(old, OTHER_CARD);
  await isPaid(t, shop, { charged: 2 });
});

await eachEngine(
  t,
  "a tab that was left open for three hours is charged again, and held",
  async (t, engine) => {
    const shop = await openShop(t, engine);
    const forgotten = await enter(shop.url);
    await pay(await enter(shop.url), CARD);
    shop.clock.time += 3 * 3_600_000;
    await pay(forgotten, CARD);
    await isPaid(t, shop, { charged: 2 });
  },
);

await eachEngine(t, "a tab of a session that has expired meanwhile pays it late, once", async (t, engine) => {
  const shop = await openShop(t, engine);
  const forgotten = await enter(shop.url);
  shop.clock.time += 25 * 3_600_000;
  await pay(forgotten, CARD);
  shop.clock.time += 3 * 3_600_000;
  await pay(forgotten, CARD);
  await isPaid(t, shop, { charged: 2 });
  const [row] = await shop.app.db.manager.query("SELECT completed_late FROM checkout_session");
  t.equal(Number(row.completed_late), 1);
});

await eachEngine(
  t,
  "shoppers who do everything at once are charged as often as is listed",
  async (t, engine) => {
    const shop = await openShop(t, engine);
    const tabs = [await enter(shop.url), await enter(shop.url), await enter(shop.url)];
    const tries = tabs.flatMap((tab) => [pay(tab, CARD), pay(tab, OTHER_CARD), pay(tab, CARD)]);
    await Promise.all(tries);
    await isPaid(t, shop, { charged: 2 });
  },
);

interface Shop {
  readonly app: TestApp;
  readonly testKey: string;
  readonly clock: { time: number };
  readonly sessionId: string;
  /** The session's payment page. */
  readonly url: string;
}

/** A service with a test session. */
async function openShop(t: Test, engine: TestEngine): Promise<Shop> {
  const config = testConfig(engine);
  const { testKey } = await createTestMerchant(config);
  const clock = { time: Date.now(), now: () => clock.time };
  const app = await startTestApp(t, config, { clock });
  const { json } = await app.call("POST", "/v1/checkout/sessions", testKey, anOrder());
  return { app, testKey, clock, sessionId: json.id, url: json.url };
}

/** Opens the payment page and goes on to the gateway's card page. */
async function enter(url: string): Promise<BrowserPage> {
  return await form(await openPage(url)).submit();
}

/** Sends the card page off; answers the page that leads back to the shop. */
async function submitCard(page: BrowserPage, card: Record<string, string>): Promise<BrowserPage> {
  return await form(page).submit(card);
}

/** Pays, and brings the result home. */
async function pay(page: BrowserPage, card: Record<string, string>): Promise<void> {
  await form(await submitCard(page, card)).submit();
}

function form(page: BrowserPage): BrowserForm {
  const [first] = page.forms;
  if (first === undefined) throw new Error(`There is no form on this page: ${page.status} ${page.text}`);
  return first;
}

/** The session is paid by one of the charges in the gateway's own books; every other is listed as a held duplicate. */
async function isPaid(t: Test, { app, testKey, sessionId }: Shop, { charged }: { charged: number }) {
  const query = async (sql: string): Promise<{ id: string }[]> => await app.db.manager.query(sql);
  const taken = (await query("SELECT id FROM sandbox_transaction WHERE amount_received > 0")).map(
    ({ id }) => id,
  );
  t.equal(taken.length, charged, "as often as the gateway charged");
  const { json: session } = await app.call("GET", `/v1/checkout/sessions/${sessionId}`, testKey);
  t.match(session, { status: "complete", payment_status: "paid", payment_intent: /^pi_/ });
  t.equal((await query("SELECT id FROM payment_intent")).length, 1);
  const [row] = await app.db.manager.query("SELECT completed_by FROM checkout_session");
  const { data } = (await app.call("GET", `${HELD}?limit=100`, testKey)).json;
  const held: { checkout_session: string; reason: string; gateway_transaction: string }[] = data;
  for (const each of held) t.match(each, { checkout_session: sessionId, reason: "duplicate" });
  const listed = [
    String(row.completed_by).replace("transaction:", ""),
    ...held.map((each) => each.gateway_transaction),
  ];
  t.same(listed.toSorted(), taken.toSorted(), "each charge is in exactly one place");
}
