import t from "tap";

import { createTestMerchant, startTestApp, testConfig } from "../support/app.js";
import { openPage } from "../support/browser.js";
import { onSqlite, type TestEngine } from "../support/database.js";
import { openApi } from "../support/openapi.js";
import { anOrder } from "../support/orders.js";
import { openPublicProxy } from "../support/public-proxy.js";

const CARD = { cardNumber: "4929421234600821", cardExpiryMonth: "12", cardExpiryYear: "29", cardCVV: "356" };

await onSqlite(t, "behind a proxy that strips a path, a session is paid below it", async (t, engine) => {
  const { base, create, read } = await behindProxy(t, engine);
  const session = await create();
  const payPage = await openPage(session.url);
  const cardPage = await payPage.forms[0]?.submit();
  const returnPage = await cardPage?.forms[0]?.submit(CARD);
  t.equal((await read(session.id)).status, "complete", "the callback came below the path");
  const merchant = await returnPage?.forms[0]?.submit();
  t.equal(merchant?.url, "https://yourapp.com/checkout/success");
  const forms = [payPage, cardPage, returnPage].flatMap((page) => page?.forms.map(({ action }) => action));
  const past = [session.url, ...forms].filter((address) => address?.startsWith(`${base}/`) !== true);
  t.same(past, [], "no address leads past the path");
  t.equal((await fetch(session.url, { redirect: "manual" })).status, 303, "paid, it leads to the shop");
});

await onSqlite(t, "behind such a proxy the documentation finds its parts and the API", async (t, engine) => {
  const { base } = await behindProxy(t, engine);
  for (const page of [`${base}/docs`, `${base}/docs/`]) {
    const { html } = await openPage(page);
    const links = [...html.matchAll(/(?:src|href|action)="(?!data:)([^"]+)"/g)];
    t.equal(links.length, 6);
    for (const [, link = ""] of links) t.equal((await fetch(new URL(link, page))).status, 200, link);
  }
  const script = await (await fetch(`${base}/docs/start.js`)).text();
  const [, document = ""] = /new URL\("([^"]+)", document\.currentScript\.src\)/.exec(script) ?? [];
  const at = new URL(document, `${base}/docs/start.js`);
  t.equal((await fetch(at)).status, 200);
  t.equal(new URL(openApi.servers[0].url, at).href, `${base}/`);
});

async function behindProxy(t: Parameters<typeof openPublicProxy>[0], engine: TestEngine) {
  const proxy = await openPublicProxy(t, "/pay-api");
  const config = testConfig(engine, { publicUrl: proxy.url });
  const { testKey } = await createTestMerchant(config);
  const app = await startTestApp(t, config);
  proxy.forwardTo(app.local);
  const path = "/v1/checkout/sessions";
  return {
    base: proxy.url,
    create: async () => (await app.call("POST", path, testKey, anOrder())).json,
    read: async (id: string) => (await app.call("GET", `${path}/${id}`, testKey)).json,
  };
}
