import t from "tap";

import { createTestMerchant, startTestApp, testConfig } from "../support/app.js";
import { type BrowserForm, openPage } from "../support/browser.js";
import { eachEngine } from "../support/database.js";
import { anOrder } from "../support/orders.js";

const CARD = { cardNumber: "4929421234600821", cardExpiryMonth: "12", cardExpiryYear: "29", cardCVV: "356" };

await eachEngine(
  t,
  "a shopper pays a test session on the sandbox's page, and the session is complete",
  async (t, engine) => {
    const config = testConfig(engine);
    const { testKey } = await createTestMerchant(config);
    const app = await startTestApp(t, config);
    const order = anOrder({
      customer: "cus_abc123",
      success_url: "https://shop.example/ok?s={CHECKOUT_SESSION_ID}",
    });
    const { json: session } = await app.call("POST", "/v1/checkout/sessions", testKey, order);
    const payPage = await openPage(session.url);
    const cardPage = await payPage.forms[0]?.submit();
    t.match(cardPage?.text, /TEST/);
    t.match(cardPage?.text, /Test shop/);
    t.match(cardPage?.text, /£29\.99/);
    const returnPage = await cardPage?.forms[0]?.submit(CARD);
    const read = async () => (await app.call("GET", `/v1/checkout/sessions/${session.id}`, testKey)).json;
    t.match(await read(), { status: "complete" }, "the callback came before the browser");
    const merchant = await returnPage?.forms[0]?.submit();
    t.equal(merchant?.url, `https://shop.example/ok?s=${session.id}`);
    t.match(await read(), {
      status: "complete",
      payment_intent: /^pi_/,
      payment_method: /^pm_/,
      url: session.url,
    });
  },
);

await eachEngine(
  t,
  "a decline leads to the session's page and a cancel to the shop, and the session can still be paid",
  async (t, engine) => {
    const config = testConfig(engine);
    const { testKey } = await createTestMerchant(config);
    const app = await startTestApp(t, config);
    const { json: session } = await app.call("POST", "/v1/checkout/sessions", testKey, anOrder());
    for (const outcome of ["decline", "cancel", "approve"]) {
      const cardPage = await (await openPage(session.url)).forms[0]?.submit();
      t.ok(cardPage?.forms[0]?.options("outcome").includes(outcome), `${outcome} can be chosen`);
      const returnPage = await cardPage?.forms[0]?.submit({ ...CARD, outcome });
      const end = await returnPage?.forms[0]?.submit();
      const shop = `https://yourapp.com/checkout/${outcome === "approve" ? "success" : "cancel"}`;
      t.equal(end?.url, outcome === "decline" ? session.url : shop);
    }
    const { json } = await app.call("GET", `/v1/checkout/sessions/${session.id}`, testKey);
    t.equal(json.status, "complete");
  },
);

await eachEngine(t, "test money and live money do not meet", async (t, engine) => {
  const config = testConfig(engine);
  const { testKey, liveKey } = await createTestMerchant(config);
  const app = await startTestApp(t, config);
  const create = async (key: string) =>
    (await app.call("POST", "/v1/checkout/sessions", key, anOrder())).json;
  const [live, test] = [await create(liveKey), await create(testKey)];
  const liveForm = (await openPage(live.url)).forms[0];
  t.equal((await liveForm?.submit())?.url, "https://gateway.example/hosted/");
  const sandbox = `${app.local}/sandbox/hosted/`;
  const retargeted = await post(sandbox, fieldsOf(liveForm));
  t.notOk(/cardNumber/.test(await retargeted.text()), "a live form is not paid in the sandbox");
  const cardPage = await (await openPage(test.url)).forms[0]?.submit();
  const returnPage = await cardPage?.forms[0]?.submit(CARD);
  const fields = fieldsOf(returnPage?.forms[0]);
  const before = fields.get("transactionUnique");
  fields.set("transactionUnique", `${live.id}-1`);
  fields.set("orderRef", live.id);
  t.not(before, fields.get("transactionUnique"));
  t.equal((await post(`${app.local}/callbacks/cardstream`, fields)).status, 400);
  t.equal((await app.call("GET", `/v1/checkout/sessions/${live.id}`, liveKey)).json.status, "open");
});

function post(url: string, fields: URLSearchParams): Promise<Response> {
  return fetch(url, { method: "POST", body: fields });
}

function fieldsOf(form: BrowserForm | undefined): URLSearchParams {
  return new URLSearchParams((form?.fields ?? []) as [string, string][]);
}
