import t from "tap";

import { createTestMerchant, startTestApp, type TestApp, testConfig } from "../support/app.js";
import { openPage } from "../support/browser.js";
import { onSqlite } from "../support/database.js";
import { anOrder } from "../support/orders.js";

const BROWSER = { accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8" };

await onSqlite(
  t,
  "an unknown path is a page to a browser, and the JSON error to everybody else",
  async (t, engine) => {
    const app = await startTestApp(t, testConfig(engine));
    for (const path of [
      "/nothing",
      "/v1/nothing",
      "/v1",
      "/callbacks",
      "/a.B/C",
      "/index.html",
      "/v1/customers/a/b",
    ]) {
      const page = await app.call("GET", path, undefined, undefined, BROWSER);
      t.match(page, { status: 404, text: /<h1>/ }, path);
      t.match(page.headers.get("content-type"), /^text\/html/);
      t.match(
        (await app.call("HEAD", path, undefined, undefined, BROWSER)).headers.get("content-type"),
        /html/,
      );
      const keyed = await app.call("GET", path, "sk_test_any", undefined, BROWSER);
      t.match(
        keyed.headers.get("content-type"),
        path.startsWith("/v1") ? /json/ : /html/,
        `${path} with a key`,
      );
      for (const accept of [
        "*/*",
        "application/json",
        "",
        "application/json,text/html",
        "text/html;q=0,*/*",
      ]) {
        const answer = await app.call("GET", path, undefined, undefined, { accept });
        t.match(answer, { status: 404, json: { error: { code: "path_unknown" } } }, `${path} ${accept}`);
      }
    }
    const call = await app.call("GET", "/v1/customers", undefined, undefined, BROWSER);
    t.match(
      call,
      { status: 401, json: { error: { code: "api_key_missing" } } },
      "a call is a call, whoever makes it",
    );
  },
);

await onSqlite(
  t,
  "the start page says what this is, how it is, and leads to what there is",
  async (t, engine) => {
    const app = await startTestApp(t, testConfig(engine));
    const page = await app.call("GET", "/", undefined);
    t.match(page, { status: 200, text: /The service is ready/ });
    t.match(page.headers.get("content-security-policy"), /^default-src 'none';/);
    const links = [...page.text.matchAll(/href="([^"]+)"/g)].map(([, link = ""]) => link);
    t.ok(["/demo", "/docs", "/openapi.json"].every((link) => links.includes(link)));
    for (const link of links) t.equal((await app.call("GET", link, undefined)).status, 200, link);
    t.match(await app.call("POST", "/", undefined, {}), { status: 405 });
    t.equal((await app.call("HEAD", "/", undefined)).status, 200);
    const icon = await app.call("GET", "/favicon.ico", undefined);
    t.match(icon, { status: 200 });
    t.equal(icon.headers.get("content-type"), "image/x-icon");
  },
);

await onSqlite(t, "a proxy that serves it below a path need not strip that path", async (t, engine) => {
  for (const base of ["/shop/pay", "/pay"]) {
    const config = testConfig(engine, { publicUrl: `https://h.example${base}` });
    const { testKey } = await createTestMerchant(config);
    const app = await startTestApp(t, config);
    for (const path of [
      "",
      "/",
      "/docs",
      "/docs/",
      "/docs/start.js",
      "/openapi.json",
      "/healthz",
      "/favicon.ico",
    ]) {
      for (const at of path === "" ? [base] : [path, `${base}${path}`])
        t.equal((await app.call("GET", at, undefined)).status, 200, `${base}: ${at}`);
    }
    const made = await app.call("POST", `${base}/v1/checkout/sessions`, testKey, anOrder());
    t.match(made, { status: 200, json: { url: `https://h.example${base}/pay/${made.json.id}` } });
    for (const at of ["", base]) t.match(await formAt(app, `${at}/pay/${made.json.id}`), /<form/, at);
    t.equal((await app.call("GET", `${base}${base}/docs`, undefined)).status, 404, "the path counts once");
    t.equal((await app.call("GET", `${base}/nothing`, undefined)).status, 404);
    await app.close();
  }
});

await onSqlite(
  t,
  "the pages' links stay below the path under which a browser sees them",
  async (t, engine) => {
    const app = await startTestApp(t, testConfig(engine, { publicUrl: "https://h.example/shop/pay" }));
    for (const path of ["/", "/demo"]) {
      const { html } = await openPage(`${app.local}${path}`);
      const links = [...html.matchAll(/(?:href|action)="([^"]+)"/g)].map(([, link]) => link);
      t.ok(links.length > 0);
      t.same(
        links.filter((link) => link?.startsWith("/shop/pay/") !== true),
        [],
        path,
      );
    }
  },
);

async function formAt(app: TestApp, path: string): Promise<string> {
  return (await app.call("GET", path, undefined)).text;
}
