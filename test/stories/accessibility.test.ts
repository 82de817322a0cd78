import type { Page } from "playwright-core";
import t, { type Test } from "tap";

import { startTestApp, type TestApp, testConfig } from "../support/app.js";
import { examine, openTab } from "../support/axe.js";
import { onSqlite } from "../support/database.js";
import { openShop } from "../support/shop.js";

const CARD = { "Card number": "4929421234600821", Month: "12", Year: "29", CVV: "356" };

await onSqlite(
  t,
  "axe finds nothing serious on the pages for developers, on a light and on a dark screen",
  async (t, engine) => {
    const app = await startTestApp(t, testConfig(engine));
    const page = await openTab(t);
    for (const path of ["/", "/demo", "/nothing"]) {
      await page.goto(`${app.local}${path}`);
      await examine(t, page, path);
    }
    await page.goto(`${app.local}/demo`);
    await page.getByRole("button", { name: "Check out" }).click();
    await page.getByRole("link", { name: /^Pay/ }).waitFor();
    await examine(t, page, "an order");
    await useDocumentation(t, app, page);
  },
);

await onSqlite(
  t,
  "axe finds nothing serious on the pages of a session, on a light and on a dark screen",
  async (t, engine) => {
    const { app, create, clock } = await openShop(t, engine);
    const page = await openTab(t);
    await page.goto((await create()).url);
    await examine(t, page, "the card page");
    const pay = async (outcome: string): Promise<void> => {
      await page.goto((await create()).url);
      for (const [label, text] of Object.entries(CARD)) await page.getByLabel(label).fill(text);
      await page.getByLabel("What should happen?").selectOption(outcome);
      await page.getByRole("button", { name: /^Pay / }).click();
    };
    for (const [outcome, heading] of [
      ["decline", "Your card was declined"],
      ["partial", "The shop has to look at your payment"],
      ["in_progress", "Your payment is being checked"],
    ] as const) {
      await pay(outcome);
      await page.getByRole("heading", { name: heading }).waitFor();
      await page.getByText("1 item").click();
      await examine(t, page, heading);
    }
    const { url } = await create();
    clock.time += 25 * 3_600_000;
    await page.goto(url);
    await examine(t, page, "expired");
    await page.goto(`${app.local}/pay/cs_none`);
    await examine(t, page, "unknown");
  },
);

/** The API's page as a newcomer uses it: gives the key, reloads, and sends the first example. */
async function useDocumentation(t: Test, app: TestApp, page: Page): Promise<void> {
  await page.goto(`${app.local}/docs`);
  const first = page.locator("#operations-Checkout-createCheckoutSession");
  await first.waitFor();
  await page.getByRole("button", { name: "Authorize", exact: true }).click();
  await page.locator(".modal-ux input").fill(app.urls.demonstration?.testKey ?? "");
  await examine(t, page, "where the key is given");
  await page.locator(".modal-ux button.authorize").click();
  await page.reload();
  await first.locator(".opblock-summary-control").click();
  await first.getByRole("button", { name: "Try it out" }).click();
  await first.getByRole("button", { name: "Execute" }).click();
  const status = first.locator(".live-responses-table tbody .response-col_status");
  await status.first().waitFor();
  t.match(
    await status.first().innerText(),
    /^200/,
    "the key survives the reload, and the first click succeeds",
  );
  await examine(t, page, "a call that was sent");
}
