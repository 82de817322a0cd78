import t, { type Test } from "tap";

import { FORMS_OF_SESSION } from "../../src/web/pages/pay-page.js";
import { createTestMerchant, startTestApp, testConfig } from "../support/app.js";
import { openPage } from "../support/browser.js";
import { eachEngine, onMysql, onSqlite, type TestEngine } from "../support/database.js";
import { openDatabaseRelay } from "../support/database-relay.js";
import { anOrder } from "../support/orders.js";
import { formBody, sendForm } from "../support/pay-page.js";
import { bring } from "../support/results.js";

const ORDER = anOrder({ client_reference_id: "order 17" });
const FACTS = /Shop Test shop Amount £29\.99 Reference order 17/;

await eachEngine(
  t,
  "a page that is only fetched ahead names the shop and the amount, and gives no form",
  async (t, engine) => {
    const { local, create } = await shop(t, engine);
    const { id } = await create();
    for (const path of [`/pay/${id}`, `/pay/${id}/return`]) {
      const ahead = await fetch(local + path, { headers: { "sec-purpose": "prefetch" } });
      const page = await ahead.text();
      t.equal(ahead.status, 503);
      t.match(textOf(page), FACTS, path);
      t.match(page, /TEST/);
      t.notMatch(page, /<form/);
    }
    const unknown = await fetch(`${local}/pay/cs_none`, { headers: { "sec-purpose": "prefetch" } });
    t.notMatch(await unknown.text(), /Shop/, "of a page that there is not");
  },
);

await eachEngine(
  t,
  "a page that refuses a forged answer names the shop and the amount",
  async (t, engine) => {
    const { app, create } = await shop(t, engine);
    const { id } = await create();
    const refused = await bring(app, id, "responseCode=0");
    t.equal(refused.status, 400);
    t.match(textOf(await refused.text()), FACTS);
    t.notMatch(await (await bring(app, "cs_none", "responseCode=0")).text(), /Shop/);
  },
);

await onSqlite(
  t,
  "a page that was opened too often names them, and leads back to the shop",
  async (t, engine) => {
    const { app, create } = await shop(t, engine);
    const { id } = await create();
    const form = await formBody(app, id);
    for (let sent = 0; sent < FORMS_OF_SESSION; sent++) await sendForm(app, id, form);
    const refused = await sendForm(app, id, form);
    t.equal(refused.status, 429);
    const page = await refused.text();
    t.match(textOf(page), FACTS);
    t.match(page, /href="https:\/\/yourapp\.com\/checkout\/cancel"/);
  },
);

await onSqlite(t, "a failure at a session's address names them, where they are known", async (t, engine) => {
  const { app, local, create } = await shop(t, engine);
  const { id } = await create();
  const put = async () => await (await fetch(`${local}/pay/${id}`, { method: "PUT" })).text();
  t.notMatch(await put(), /Shop/, "nothing is read for it");
  await openPage(`${local}/pay/${id}`);
  t.match(textOf(await put()), FACTS);
  const large = await sendForm(app, id, `x=${"x".repeat(600_000)}`);
  t.equal(large.status, 413);
  t.match(textOf(await large.text()), FACTS);
});

await onMysql(
  t,
  "a page that cannot read its session says what it has said before, or what to do",
  async (t, engine) => {
    const relay = await openDatabaseRelay(t, engine.place.url ?? "");
    const { app, local, create } = await shop(t, { ...engine, place: { ...engine.place, url: relay.url } });
    const [opened, setup, never] = [
      await create(),
      await create({ mode: "setup", line_items: undefined }),
      await create(),
    ];
    for (const { id } of [opened, setup]) await openPage(`${local}/pay/${id}`);
    await relay.cut();
    for (const path of ["", "/return"]) {
      const page = await openPage(`${local}/pay/${opened.id}${path}`);
      t.equal(page.status, 503);
      t.match(page.text, FACTS, path);
      t.match(page.text, /If you have paid already, please do not pay again: Test shop can look it up/);
      t.match(page.html, /href="https:\/\/yourapp\.com\/checkout\/cancel"/);
    }
    const sent = await sendForm(app, opened.id, "signature=x");
    t.match([sent.status, textOf(await sent.text())], [503, FACTS]);
    const unsigned = `responseCode=0&merchantID=1&transactionUnique=${opened.id}-1&signature=x`;
    const brought = await bring(app, opened.id, unsigned);
    t.match([brought.status, textOf(await brought.text())], [503, FACTS]);
    const setupPage = await openPage(`${local}/pay/${setup.id}`);
    t.match(setupPage.text, /entered your card already, please do not enter it again/);
    t.notMatch(setupPage.text, /Amount|paid/);
    const ahead = await fetch(`${local}/pay/${never.id}`, { headers: { purpose: "prefetch" } });
    t.equal(ahead.status, 503);
    const unknown = await openPage(`${local}/pay/${never.id}`);
    t.match(unknown.text, /go back to the shop and ask there/);
    t.notMatch(unknown.text, /Amount/);
  },
);

function textOf(page: string): string {
  return page
    .replaceAll(/<style>.*?<\/style>|<[^>]*>/gs, " ")
    .replaceAll(/\s+/g, " ")
    .trim();
}

/** A service with a merchant in test mode, who creates sessions. */
async function shop(t: Test, engine: TestEngine) {
  const config = testConfig(engine);
  const { testKey } = await createTestMerchant(config);
  const app = await startTestApp(t, config);
  const create = async (changes: object = {}): Promise<{ readonly id: string }> =>
    (await app.call("POST", "/v1/checkout/sessions", testKey, { ...ORDER, ...changes })).json;
  return { app, local: app.local, create };
}
