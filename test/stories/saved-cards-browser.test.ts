import t from "tap";

import { examine, openTab } from "../support/axe.js";
import { onSqlite } from "../support/database.js";
import { OFFERS, openSavedCardShop } from "../support/saved-cards.js";
import { openSite } from "../support/shop.js";
import { openShopper, PAY } from "../support/shopper.js";

// A shopper with a browser, who pays with a saved card.

const DECLINED = 12_000;
const ASKED = 20_000;

for (const scripts of [true, false]) {
  const how = scripts ? "with scripts" : "without scripts, by the buttons";

  await onSqlite(
    t,
    `a saved card is chosen, and its challenge carried through, ${how}`,
    async (t, engine) => {
      const shop = await openSavedCardShop(t, engine);
      const site = await openSite(t);
      const { page, complaints } = await openShopper(t, scripts);
      const { id, url } = await shop.create(ASKED, { success_url: site.successUrl });
      await page.goto(url);
      await page.getByRole("button", { name: "Pay £200.00 with Visa ending in 0821" }).click();
      if (!scripts) await page.getByRole("button", { name: "Continue to your bank" }).click();
      await page.getByRole("button", { name: "Authenticate" }).click();
      if (!scripts) await page.getByRole("link", { name: "Continue" }).click();
      await page.getByText("Thank you").waitFor();
      t.equal(page.url(), site.thanksUrl);
      t.match(await shop.read(id), { status: "complete", payment_status: "paid", payment_method: shop.card });
      t.same(complaints, []);
    },
  );

  await onSqlite(t, `a declined shopper pays with a new card, and saves it, ${how}`, async (t, engine) => {
    const shop = await openSavedCardShop(t, engine);
    const site = await openSite(t);
    const { page, complaints, ...shopper } = await openShopper(t, scripts);
    const options = { ...OFFERS, payment_method_save: "enabled" };
    const order = { success_url: site.successUrl, saved_payment_method_options: options };
    const { id, url } = await shop.create(DECLINED, order);
    await page.goto(url);
    await page.getByRole("button", { name: "Pay £120.00 with Visa ending in 0821" }).click();
    await page.getByRole("heading", { name: "Your card was declined" }).waitFor();
    await page.getByLabel(/Save (this|the other) card for next time/).check();
    const buttons = page.getByRole("button", { name: "Pay with another card" });
    t.equal(await buttons.count(), 1, "the tick chooses among two buttons");
    await buttons.click();
    await shopper.typeCard({ "Card number": "5573471234567898", CVV: "159" });
    await page.getByLabel("What should happen?").selectOption("approve");
    await shopper.press(PAY);
    await page.getByText("Thank you").waitFor();
    const { payment_method } = await shop.read(id);
    t.not(payment_method, shop.card);
    const { url: next } = await shop.create(1200, { success_url: site.successUrl });
    await page.goto(next);
    await page.getByRole("button", { name: "Pay £12.00 with Mastercard ending in 7898" }).click();
    if (!scripts) await page.getByRole("link", { name: "Continue" }).click();
    await page.getByText("Thank you").waitFor();
    t.same(complaints, []);
  });
}

await onSqlite(
  t,
  "axe finds nothing serious where cards are offered, on a light and on a dark screen",
  async (t, engine) => {
    const shop = await openSavedCardShop(t, engine);
    const page = await openTab(t);
    const options = { ...OFFERS, payment_method_save: "enabled" };
    const { url } = await shop.create(DECLINED, { saved_payment_method_options: options });
    for (const width of [320, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      await page.goto(url);
      await examine(t, page, `cards on ${width} pixels`);
      t.ok(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing is cut off");
    }
    await page.getByLabel(/Save the other card/).check();
    await examine(t, page, "with the tick");
    await page.getByRole("button", { name: /^Pay £120\.00 with Visa/ }).click();
    await page.getByRole("heading", { name: "Your card was declined" }).waitFor();
    await examine(t, page, "declined");
    const asked = await shop.create(ASKED);
    await page.goto(asked.url);
    await page.getByRole("button", { name: /with Visa/ }).click();
    await page.getByRole("button", { name: "Authenticate" }).waitFor();
    await page.goto(asked.url);
    await page.getByRole("heading", { name: "Confirm this payment with your bank" }).waitFor();
    await examine(t, page, "a challenge");
  },
);
