import t from "tap";

import { onSqlite } from "../support/database.js";
import { openShop } from "../support/shop.js";
import { CANCEL, openShopper, PAY } from "../support/shopper.js";

for (const scripts of [true, false]) {
  const how = scripts ? "with scripts" : "without scripts, by the buttons";

  await onSqlite(t, `a shopper pays ${how}, and the shop may be on other origins`, async (t, engine) => {
    const { site, create, read } = await openShop(t, engine);
    const { page, complaints, ...shopper } = await openShopper(t, scripts);
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

  await onSqlite(t, `a declined shopper tries another card by one click ${how}`, async (t, engine) => {
    const { site, create, read } = await openShop(t, engine);
    const { page, complaints, ...shopper } = await openShopper(t, scripts);
    const { id, url } = await create();
    await shopper.enter(url);
    for (const outcome of ["decline", "insufficient_funds"]) {
      await shopper.typeCard();
      await page.getByLabel("What should happen?").selectOption(outcome);
      await shopper.press(PAY);
      await page.getByRole("heading", { name: "Your card was declined" }).waitFor();
      t.equal(page.url(), url, outcome);
      await page.getByRole("button", { name: "Try another card" }).click();
    }
    await shopper.typeCard();
    await shopper.press(PAY);
    await page.getByText("Thank you").waitFor();
    t.equal(page.url(), site.thanksUrl);
    t.match(await read(id), { status: "complete", payment_status: "paid" });
    t.same(complaints, []);
  });

  await onSqlite(
    t,
    `a cancel leads back to the basket ${how}, and after a decline a link`,
    async (t, engine) => {
      const { site, create, read } = await openShop(t, engine);
      const { page, complaints, ...shopper } = await openShopper(t, scripts);
      const { id, url } = await create();
      await shopper.enter(url);
      await shopper.press(CANCEL);
      await page.getByText("Your basket").waitFor();
      t.equal(page.url(), site.cancelUrl);
      await shopper.enter(url);
      await shopper.typeCard();
      await page.getByLabel("What should happen?").selectOption("decline");
      await shopper.press(PAY);
      await page.getByRole("link", { name: "Back to Test shop" }).click();
      await page.getByText("Your basket").waitFor();
      t.equal((await read(id)).status, "open");
      t.same(complaints, []);
    },
  );

  await onSqlite(
    t,
    `a wrong card is told of beside its input ${how}, and the choice stays`,
    async (t, engine) => {
      const { create, outcomes } = await openShop(t, engine);
      const { page, ...shopper } = await openShopper(t, scripts);
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
      await page.getByRole("heading", { name: "Your card was declined" }).waitFor();
      t.same(await outcomes(), ["declined"]);
    },
  );
}
