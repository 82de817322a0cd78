import t from "tap";

import { fieldText } from "../../src/cardstream/fields.js";
import { openBrowser } from "../support/chromium.js";
import { onSqlite } from "../support/database.js";
import { listen } from "../support/listen.js";
import { CARD, formOf, startStand } from "./stand.js";

await onSqlite(
  t,
  "Chromium goes all the way by script, through redirects to other origins",
  async (t, engine) => {
    const stand = await startStand(t, engine);
    const thanks = await listen(t, (_request, response) => response.end("Thanks!"));
    const onward = await listen(t, (_request, response) =>
      response.writeHead(302, { location: thanks }).end(),
    );
    stand.shop.thanksUrl = onward.replace("127.0.0.1", "localhost");

    const browser = await openBrowser();
    t.teardown(() => browser.close());
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));

    await page.goto(stand.shop.pageWith(`${stand.url}/hosted/`, formOf(stand)));
    await page.getByRole("button").click();
    await page.getByLabel("Card number").fill(CARD.cardNumber);
    await page.getByLabel("Month").fill(CARD.cardExpiryMonth);
    await page.getByLabel("Year").fill(CARD.cardExpiryYear);
    await page.getByLabel("CVV").fill(CARD.cardCVV);
    await page.getByRole("button", { name: "Pay £29.99" }).click();
    await page.getByText("Thanks!").waitFor();

    t.equal(page.url(), `${thanks}/`);
    t.equal(fieldText(stand.shop.returns[0] ?? [], "responseCode"), "0");
    t.same(stand.shop.returns, stand.shop.callbacks);
    const refused = complaints.filter((text) => /Content Security Policy|Error/.test(text));
    t.same(refused, [], "the page's own policy lets in all that it needs");
  },
);
