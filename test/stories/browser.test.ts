import type { Browser } from "playwright-core";
import t, { type Test } from "tap";

import { createTestMerchant, startTestApp, testConfig } from "../support/app.js";
import { openBrowser } from "../support/chromium.js";
import { onSqlite, type TestEngine } from "../support/database.js";
import { anOrder } from "../support/orders.js";
import { CANCEL, openShop, openShopper, PAY } from "../support/shopper.js";

const browser: Browser = await openBrowser();
t.teardown(() => browser.close());

/** A service, a shop, and a clock that the story may set. */
async function open(t: Test, engine: TestEngine) {
  const config = testConfig(engine);
  const { testKey } = await createTestMerchant(config);
  const clock = { time: Date.now(), now: () => clock.time };
  const app = await startTestApp(t, config, { clock });
  const shop = await openShop(t);
  const order = anOrder({ success_url: shop.successUrl, cancel_url: shop.cancelUrl });
  const read = async (id: string) => (await app.call("GET", `/v1/checkout/sessions/${id}`, testKey)).json;
  return {
    app,
    shop,
    clock,
    /** A new session as its merchant sees it. */
    create: async () => (await app.call("POST", "/v1/checkout/sessions", testKey, order)).json,
    statusOf: async (id: string): Promise<string> => (await read(id)).status,
    /** How many payments are on record. */
    payments: async () => (await app.db.manager.query("SELECT id FROM payment_intent")).length,
  };
}

for (const scripts of [true, false]) {
  const how = scripts ? "with scripts" : "without scripts, by the buttons";

  await onSqlite(t, `a shopper pays ${how}, and the shop may be on other origins`, async (t, engine) => {
    const { shop, create, statusOf } = await open(t, engine);
    const { page, complaints, ...shopper } = await openShopper(t, browser, scripts);
    const { id, url } = await create();
    await shopper.enter(url);
    await shopper.typeCard();
    const passed: string[] = [];
    page.on("request", (request) => passed.push(request.url()));
    await shopper.press(PAY);
    await page.getByText("Thank you").waitFor();
    t.equal(page.url(), shop.thanksUrl);
    t.same(passed.at(-2), shop.successUrl.replace("{CHECKOUT_SESSION_ID}", id));
    t.equal(await statusOf(id), "complete");
    t.same(complaints, []);
  });

  await onSqlite(t, `a decline and a cancel lead back to the basket ${how}`, async (t, engine) => {
    const { shop, create, statusOf } = await open(t, engine);
    const { page, complaints, ...shopper } = await openShopper(t, browser, scripts);
    const { id, url } = await create();
    for (const outcome of ["decline", "cancel"]) {
      await shopper.enter(url);
      if (outcome === "decline") {
        await shopper.typeCard();
        await page.getByLabel("What should happen?").selectOption(outcome);
      }
      await shopper.press(outcome === "decline" ? PAY : CANCEL);
      await page.getByText("Your basket").waitFor();
      t.equal(page.url(), shop.cancelUrl, outcome);
    }
    t.equal(await statusOf(id), "open");
    t.same(complaints, []);
  });
}
