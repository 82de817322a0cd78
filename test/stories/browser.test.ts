import t from "tap";

import { openBrowser } from "../support/chromium.js";
import { onSqlite } from "../support/database.js";
import { openShop } from "../support/shop.js";
import { CANCEL, openShopper, PAY } from "../support/shopper.js";

const browser = await openBrowser();
t.teardown(() => browser.close());

for (const scripts of [true, false]) {
  const how = scripts ? "with scripts" : "without scripts, by the buttons";

  await onSqlite(t, `a shopper pays ${how}, and the shop may be on other origins`, async (t, engine) => {
    const { site, create, read } = await openShop(t, engine);
    const { page, complaints, ...shopper } = await openShopper(t, browser, scripts);
    const { id, url } = await create();
    await shopper.enter(url);
    await shopper.typeCard();
    const passed: string[] = [];
    page.on("request", (request) => passed.push(request.url()));
    await shopper.press(PAY);
    await page.getByText("Thank you").waitFor();
    t.equal(page.url(), site.thanksUrl);
    t.equal(passed.at(-2), site.successUrl.replace("{CHECKOUT_SESSION_ID}", id));
    t.equal((await read(id)).status, "complete");
    t.same(complaints, []);
  });

  await onSqlite(t, `a decline and a cancel lead back to the basket ${how}`, async (t, engine) => {
    const { site, create, read } = await openShop(t, engine);
    const { page, complaints, ...shopper } = await openShopper(t, browser, scripts);
    const { id, url } = await create();
    for (const [button, outcome] of [[PAY, "decline"] as const, [CANCEL, "cancel"] as const]) {
      await shopper.enter(url);
      if (button === PAY) {
        await shopper.typeCard();
        await page.getByLabel("What should happen?").selectOption(outcome);
      }
      await shopper.press(button);
      await page.getByText("Your basket").waitFor();
      t.equal(page.url(), site.cancelUrl, outcome);
    }
    t.equal((await read(id)).status, "open");
    t.same(complaints, []);
  });

  await onSqlite(
    t,
    `a wrong card is told of beside its input ${how}, and the choice stays`,
    async (t, engine) => {
      const { create, outcomes } = await openShop(t, engine);
      const { page, ...shopper } = await openShopper(t, browser, scripts);
      await shopper.enter((await create()).url);
      await shopper.typeCard({ "Card number": "4111111111111111" });
      const choice = page.getByLabel("What should happen?");
      await choice.selectOption("insufficient_funds");
      await page.getByRole("button", { name: PAY }).click();
      await page.getByRole("alert").waitFor();
      const number = page.getByLabel("Card number");
      const error = page.locator(`#${await number.getAttribute("aria-describedby")}`);
      t.match(await error.textContent(), /not one of the published test cards/);
      const [input, text] = [await number.boundingBox(), await error.boundingBox()];
      t.ok((text?.y ?? Infinity) - (input?.y ?? 0) - (input?.height ?? 0) < 30, "right below it");
      t.equal(await page.locator(":focus").getAttribute("name"), "cardNumber");
      t.equal(await number.inputValue(), "", "what was typed may be a real card: it is gone");
      t.equal(await choice.inputValue(), "insufficient_funds");
      await shopper.typeCard();
      await shopper.press(PAY);
      await page.getByText("Your basket").waitFor();
      t.same(await outcomes(), ["declined"]);
    },
  );
}
