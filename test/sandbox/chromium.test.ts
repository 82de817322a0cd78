import t from "tap";

import { fieldText } from "../../src/cardstream/fields.js";
import { openWindow } from "../support/browser-window.js";
import { onSqlite } from "../support/database.js";
import { html } from "../../src/lib/html.js";
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

    const page = await (await openWindow(t)).newPage();
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

for (const [javaScriptEnabled, button, code] of [
  [true, "Authenticate", "0"],
  [false, "Fail", "65803"],
] as const) {
  const scripts = javaScriptEnabled ? "with" : "without";
  await onSqlite(
    t,
    `Chromium goes by the page of the bank, ${scripts} scripts: ${button}`,
    async (t, engine) => {
      const stand = await startStand(t, engine);
      const thanks = await listen(t, (_request, response) => response.end("Thanks!"));
      stand.shop.thanksUrl = thanks.replace("127.0.0.1", "localhost");
      const page = await (await openWindow(t, { javaScriptEnabled })).newPage();
      const complaints: string[] = [];
      page.on("console", (message) => complaints.push(message.text()));
      /** Where scripts are off, the shopper presses the button of a page that would go on by itself. */
      const goOn = async (name: string) => {
        if (!javaScriptEnabled) await page.getByRole("button", { name }).click();
      };
      await page.goto(stand.shop.pageWith(`${stand.url}/hosted/`, formOf(stand)));
      await page.getByRole("button").click();
      await page.getByLabel("Card number").fill("4012 0010 3714 1112");
      await page.getByLabel("Month").fill("12");
      await page.getByLabel("Year").fill(CARD.cardExpiryYear);
      await page.getByLabel("CVV").fill("083");
      await page.getByRole("button", { name: "Pay £29.99" }).click();
      await goOn("Continue to your bank");
      await page.getByRole("heading", { name: "Is this payment yours?" }).waitFor();
      t.same(stand.shop.callbacks, []);
      await page.getByRole("button", { name: button }).click();
      await goOn("Continue");
      await page.getByText("Thanks!").waitFor();
      t.equal(fieldText(stand.shop.returns[0] ?? [], "responseCode"), code);
      t.same(stand.shop.returns, stand.shop.callbacks);
      t.same(
        complaints.filter((text) => /Content Security Policy|Error/.test(text)),
        [],
      );
    },
  );
}

await onSqlite(
  t,
  "a shop on another site shows the page in a frame, as the vendor's modal does, and the result comes back into it",
  async (t, engine) => {
    const stand = await startStand(t, engine);
    const thanks = await listen(t, (_request, response) => response.end("Thanks!"));
    stand.shop.thanksUrl = thanks.replace("127.0.0.1", "localhost");
    const inputs = formOf(stand).map(
      ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
    );
    const shop = html`<iframe name="pay" width="600" height="900"></iframe>
      <form method="post" action="${stand.url}/hosted/modal/" target="pay">${inputs}<button>Pay here</button></form>`;
    const address = await listen(t, (_request, response) => {
      response.writeHead(200, { "content-type": "text/html" }).end(shop.markup);
    });
    const page = await (await openWindow(t)).newPage();
    const complaints: string[] = [];
    page.on("console", (message) => complaints.push(message.text()));
    await page.goto(address.replace("127.0.0.1", "localhost"));
    await page.getByRole("button", { name: "Pay here" }).click();
    const frame = page.frameLocator("iframe");
    await frame.getByLabel("Card number").fill(CARD.cardNumber);
    await frame.getByLabel("Month").fill(CARD.cardExpiryMonth);
    await frame.getByLabel("Year").fill(CARD.cardExpiryYear);
    await frame.getByLabel("CVV").fill(CARD.cardCVV);
    await frame.getByRole("button", { name: /^Pay / }).click();
    await frame.getByText("Thanks!").waitFor();
    t.match(page.url(), /localhost/, "the shop's own page stays");
    t.equal(fieldText(stand.shop.returns[0] ?? [], "responseCode"), "0");
    t.same(
      complaints.filter((text) => /Content Security Policy|frame/i.test(text)),
      [],
    );
  },
);
