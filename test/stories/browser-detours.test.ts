import t from "tap";

import { onSqlite } from "../support/database.js";
import { endAtGateway } from "../support/reconciliation.js";
import { openShop } from "../support/shop.js";
import { openShopper, PAY } from "../support/shopper.js";

await onSqlite(t, "a double click on the button pays once", async (t, engine) => {
  const { site, create, read } = await openShop(t, engine);
  const { page, complaints, ...shopper } = await openShopper(t, true);
  const { id, url } = await create();
  await shopper.enter(url);
  await shopper.typeCard();
  await page.getByRole("button", { name: PAY }).dblclick();
  await page.getByText("Thank you").waitFor();
  t.equal(page.url(), site.thanksUrl);
  t.equal((await read(id)).status, "complete");
  t.same(complaints, []);
});

await onSqlite(
  t,
  "paid in two tabs at once, both lead on, and one payment is on record",
  async (t, engine) => {
    const { create, read, outcomes } = await openShop(t, engine);
    const tabs = [await openShopper(t, true), await openShopper(t, true)];
    const { id, url } = await create();
    for (const shopper of tabs) {
      await shopper.enter(url);
      await shopper.typeCard();
    }
    await Promise.all(tabs.map((shopper) => shopper.press(PAY)));
    for (const { page } of tabs) await page.getByText("Thank you").waitFor();
    t.equal((await read(id)).status, "complete");
    t.same((await outcomes()).toSorted(), ["completed", "unknown"], "the gateway refused the second");
  },
);

await onSqlite(
  t,
  "the back button after paying leads to the card page, and paying again to the shop",
  async (t, engine) => {
    const { create, read, outcomes } = await openShop(t, engine);
    const { page, complaints, ...shopper } = await openShopper(t, true);
    const { id, url } = await create();
    await shopper.enter(url);
    await shopper.typeCard();
    await shopper.press(PAY);
    await page.getByText("Thank you").waitFor();
    const paid = await read(id);
    await page.goBack();
    await shopper.typeCard();
    await shopper.press(PAY);
    await page.getByText("Thank you").waitFor();
    t.same(await read(id), paid);
    t.same(await outcomes(), ["completed", "unknown"], "the gateway refused the second");
    await page.goto(url);
    await page.getByText("Thank you").waitFor();
    t.same(complaints, []);
  },
);

await onSqlite(t, "the page that leads back may be reloaded before it is left", async (t, engine) => {
  const { create, read } = await openShop(t, engine);
  const { page, ...shopper } = await openShopper(t, false);
  const { id, url } = await create();
  await shopper.enter(url);
  await shopper.typeCard();
  await page.getByRole("button", { name: PAY }).click();
  await page.getByRole("heading", { name: "Approved" }).waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "Duplicate" }).waitFor();
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByText("Thank you").waitFor();
  t.equal((await read(id)).status, "complete");
});

await onSqlite(
  t,
  "a payment that waits for a person stays so, however often its page is asked for",
  async (t, engine) => {
    const { app, create, read, outcomes } = await openShop(t, engine);
    const { page, complaints, ...shopper } = await openShopper(t, true);
    const { id, url } = await create();
    await shopper.enter(url);
    await shopper.typeCard();
    await page.getByLabel("What should happen?").selectOption("partial");
    await shopper.press(PAY);
    const checked = () => page.getByRole("heading", { name: "has to look at your payment" }).waitFor();
    await checked();
    await page.reload();
    await checked();
    await page.getByRole("button", { name: "Check again" }).click();
    await page.waitForURL(`${app.urls.http}/pay/${id}/check`);
    await checked();
    await page.goto(url);
    await checked();
    t.same(await outcomes(), ["held"]);
    t.equal((await read(id)).status, "open");
    t.same(complaints, []);
  },
);

await onSqlite(t, "a page that waits goes on to the shop once the payment is known", async (t, engine) => {
  const { app, site, create } = await openShop(t, engine);
  const { page, complaints, ...shopper } = await openShopper(t, true);
  await shopper.enter((await create()).url);
  await shopper.typeCard();
  await page.getByLabel("What should happen?").selectOption("in_progress");
  await shopper.press(PAY);
  await page.getByRole("heading", { name: "being checked" }).waitFor();
  await endAtGateway({ app }, "approved");
  await page.getByText("Thank you").waitFor();
  t.equal(page.url(), site.thanksUrl);
  t.same(complaints, []);
});

await onSqlite(
  t,
  "an expired session shows the way back, and a form that was out is paid late",
  async (t, engine) => {
    const { clock, site, create, read } = await openShop(t, engine);
    const early = await openShopper(t, true);
    const late = await openShopper(t, true);
    const { id, url } = await create();
    await early.enter(url);
    await early.typeCard();
    clock.time += 25 * 3_600_000;
    t.equal((await late.page.goto(url))?.status(), 410);
    t.match(await late.page.title(), "expired");
    await late.page.getByRole("link", { name: "Back to Test shop" }).click();
    await late.page.getByText("Your basket").waitFor();
    t.equal(late.page.url(), site.cancelUrl);
    t.equal((await read(id)).status, "expired");
    await early.press(PAY);
    await early.page.getByText("Thank you").waitFor();
    t.equal((await read(id)).status, "complete");
  },
);
