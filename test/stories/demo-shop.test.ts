import { spawnSync } from "node:child_process";

import t from "tap";

import { parseProxies } from "../../src/web/connections/client-address.js";
import { createTestMerchant, startTestApp, type TestApp, testConfig } from "../support/app.js";
import { openPage } from "../support/browser.js";
import { onSqlite, until } from "../support/database.js";
import { anOrder } from "../support/orders.js";
import {
  createOrderLimits,
  ORDERS_OF_ADDRESS,
  ORDERS_OF_ALL,
  WINDOW_MS,
} from "../../src/web/demo/order-limits.js";

const CARD = { cardNumber: "4929421234600821", cardExpiryMonth: "12", cardExpiryYear: "29", cardCVV: "356" };
const SESSIONS = "/v1/checkout/sessions";
const ENTITIES: Record<string, string> = { "&#39;": "'", "&#10;": "\n", "&quot;": '"', "&amp;": "&" };

await onSqlite(
  t,
  "there is no shop in live mode, and none of a merchant who has not asked for one",
  async (t, engine) => {
    const live = await startTestApp(t, testConfig(engine, { sandbox: false }));
    await refuses(live);
    await live.close();
    const config = testConfig({
      ...engine,
      place: { url: undefined, dataDir: `${engine.place.dataDir}/own` },
    });
    await createTestMerchant(config, "A real shop");
    await refuses(await startTestApp(t, config));

    async function refuses(app: TestApp): Promise<void> {
      for (const path of ["/demo", "/demo/orders/cs_0demo"])
        t.match(await app.call("GET", path, undefined), { status: 404, text: /no demo shop/ });
      t.equal((await order(app, "quantity0=1")).status, 404);
      t.notMatch((await app.call("GET", "/", undefined)).text, /href="\/demo"/);
    }
  },
);

await onSqlite(t, "a basket that is none creates nothing", async (t, engine) => {
  const app = await startTestApp(t, testConfig(engine));
  const before = await sessionsOf(app);
  for (const [body, status] of [
    ["", 400],
    ["quantity0=0&quantity1=0&quantity2=", 400],
    ["quantity0=4", 400],
    ["quantity0=-1", 400],
    ["quantity0=1e1", 400],
    ["quantity0=%00", 400],
    [`quantity0=1&x=${"x".repeat(2000)}`, 413],
  ] as const)
    t.equal((await order(app, body)).status, status, body.slice(0, 40));
  for (const site of ["cross-site", "same-site"])
    t.equal((await order(app, "quantity0=1", { "sec-fetch-site": site })).status, 403, site);
  for (const origin of ["https://shop.example", "null"])
    t.equal((await order(app, "quantity0=1", { origin })).status, 403, origin);
  t.equal((await app.call("GET", "/demo/orders", undefined)).status, 405);
  t.equal(await sessionsOf(app), before);
});

await onSqlite(
  t,
  "what the pages show can be pasted into a shell, whatever the public URL is",
  async (t, engine) => {
    const publicUrl = "https://h.example/it's;echo$(echo)&x";
    const app = await startTestApp(t, testConfig(engine, { publicUrl }));
    const placed = await order(app, "quantity0=1");
    const at = new URL(placed.headers.get("location") ?? "", app.local).pathname;
    const [, shown = ""] = /<code>(curl .*?)<\/code>/s.exec((await openPage(`${app.local}${at}`)).html) ?? [];
    const command = shown.replaceAll(/&(?:#39|#10|quot|amp);/g, (entity) => ENTITIES[entity] ?? "");
    const { stdout } = spawnSync("sh", ["-c", command.replace("curl", "printf '%s\\n'")], {
      encoding: "utf8",
    });
    const [, method, url, , , , , , ...body] = stdout.split("\n");
    t.same([method, url], ["POST", `${publicUrl}/v1/checkout/sessions`], command);
    t.match(JSON.parse(body.join(" ")), { success_url: `${publicUrl}/demo/orders/{CHECKOUT_SESSION_ID}` });
  },
);

await onSqlite(t, "the shop is open with a slash behind its address, too", async (t, engine) => {
  const app = await startTestApp(t, testConfig(engine));
  t.match(await app.call("GET", "/demo/", undefined), { status: 200, text: /Check out/ });
});

await onSqlite(t, "the shop shows its own sessions only", async (t, engine) => {
  const config = testConfig(engine);
  const app = await startTestApp(t, config);
  const key = app.urls.demonstration?.testKey;
  const { testKey } = await createTestMerchant(config, "Another shop");
  const { json: own } = await app.call("POST", SESSIONS, key, anOrder());
  const { json: others } = await app.call(
    "POST",
    SESSIONS,
    testKey,
    anOrder({ client_reference_id: "demo-shop" }),
  );
  for (const id of [own.id, others.id, "cs_0demo", "cs_nobody"])
    t.match(
      await app.call("GET", `/demo/orders/${id}`, undefined),
      { status: 404, text: /no such order/ },
      id,
    );
});

await onSqlite(t, "strangers may place some orders, and then no more", async (t, engine) => {
  const app = await startTestApp(t, testConfig(engine));
  const before = await sessionsOf(app);
  for (let placed = 0; placed < ORDERS_OF_ADDRESS; placed++)
    t.equal((await order(app, "quantity0=1", { "x-forwarded-for": `192.0.2.${placed}` })).status, 303);
  const refused = await order(app, "quantity0=1");
  t.equal(refused.status, 429);
  t.equal(refused.headers.get("retry-after"), String(WINDOW_MS / 1000));
  t.equal(await sessionsOf(app), before + ORDERS_OF_ADDRESS);
});

await onSqlite(
  t,
  "visitors behind a proxy share the limit of all, not that of one address",
  async (t, engine) => {
    const trustedProxies = parseProxies("127.0.0.1");
    const app = await startTestApp(t, testConfig(engine, { trustedProxies }));
    const statuses = new Set<number>();
    for (let placed = 0; placed <= ORDERS_OF_ADDRESS; placed++) {
      statuses.add((await order(app, "quantity0=1", { origin: app.local })).status);
    }
    t.same([...statuses], [303]);
  },
);

t.test("orders are counted by address and in all, for ten minutes", async (t) => {
  let now = 0;
  const limits = createOrderLimits(() => now);
  const placed = Array.from({ length: 200 }, (_, each) => limits.take(`address ${each % 50}`)).filter(
    Boolean,
  );
  t.equal(placed.length, ORDERS_OF_ALL);
  now += WINDOW_MS + 1;
  t.equal(Array.from({ length: 50 }, () => limits.take("one")).filter(Boolean).length, ORDERS_OF_ADDRESS);
  t.ok(limits.take("another"));
});

await onSqlite(
  t,
  "without scripts: a basket, the call, the payment, and what became of it",
  async (t, engine) => {
    const app = await startTestApp(t, testConfig(engine));
    const basket = await openPage(`${app.local}/demo`);
    const page = await basket.forms[0]?.submit({ quantity0: "2", quantity1: "1" });
    t.match(page?.text, /Pay £20\.20/);
    t.match(page?.text, /curl -X POST http:\S+\/v1\/checkout\/sessions .* "unit_amount": 650/);
    t.match(page?.headers.get("content-security-policy"), /^default-src 'none'; .*form-action 'none';/);

    const [, payUrl = ""] = /class="button" href="([^"]+)"/.exec(page?.html ?? "") ?? [];
    const declined = await pay(payUrl, { outcome: "decline" });
    t.match(declined?.text, /Your card was declined/);
    const order = page?.url.replace("127.0.0.1", "localhost") ?? "";
    t.match(declined?.html, `<a href="${order}">Back to`, "a link back to the order");
    t.match((await openPage(order)).text, /Not paid so far/);

    const paid = await pay(payUrl, {});
    t.match(paid?.text, /Thank you: the order is paid/);
    const told = await until("its events are told", async () => {
      const { text } = await openPage(page?.url ?? "");
      return /payment_intent\.succeeded .* checkout\.session\.completed/.test(text) ? text : "";
    });
    const key = app.urls.demonstration?.testKey ?? "";
    const [, id = ""] = /"id": "(cs_\w+)"/.exec(told) ?? [];
    t.match((await app.call("GET", `${SESSIONS}/${id}`, key)).json, {
      status: "complete",
      amount_total: 2020,
    });
  },
);

async function pay(url: string, choices: Record<string, string>) {
  const cardPage = await (await openPage(url)).forms[0]?.submit();
  return await (await cardPage?.forms[0]?.submit({ ...CARD, ...choices }))?.forms[0]?.submit();
}

async function order(app: TestApp, body: string, headers: Record<string, string> = {}): Promise<Response> {
  const type = { "content-type": "application/x-www-form-urlencoded" };
  const request = { method: "POST", body, headers: { ...type, ...headers }, redirect: "manual" } as const;
  return await fetch(`${app.local}/demo/orders`, request);
}

async function sessionsOf(app: TestApp): Promise<number> {
  const { json } = await app.call("GET", `${SESSIONS}?limit=100`, app.urls.demonstration?.testKey);
  return json.data.length;
}
