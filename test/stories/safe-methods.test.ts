import { once } from "node:events";
import { type IncomingMessage, type OutgoingHttpHeaders, request as httpRequest } from "node:http";

import t from "tap";

import { listPendingAttempts } from "../../src/db/tables/pending-attempts.js";
import { entities } from "../../src/start/schema.js";
import { createTestMerchant, PAUSES, startTestApp, type TestApp, testConfig } from "../support/app.js";
import { eachEngine, onSqlite, until } from "../support/database.js";
import { anOrder } from "../support/orders.js";

import { takeForm } from "../support/pay-page.js";
import { startGateway } from "../support/scripted-gateway.js";

/** What browsers send along when nobody has opened the page: of Chromium, Safari and Firefox, now and formerly. */
const AHEAD: readonly OutgoingHttpHeaders[] = [
  { "sec-purpose": "prefetch" },
  { "sec-purpose": "prefetch;prerender" },
  { "sec-purpose": "prefetch; anonymous-client-ip" },
  { purpose: "prefetch" },
  { purpose: "preview" },
  { "x-purpose": "preview" },
  { "x-moz": "prefetch" },
];

/** As many as a mailing has. */
const LINKS = 60;

const HOUR_MS = 3_600_000;

await eachEngine(t, "who only reads a session's page changes nothing", async (t, engine) => {
  const config = testConfig(engine);
  const { testKey } = await createTestMerchant(config);
  const app = await startTestApp(t, config);
  const create = async () => (await app.call("POST", "/v1/checkout/sessions", testKey, anOrder())).json;
  const [unopened, opened] = [await create(), await create()];
  // Once a form is out, the gateway is asked when it is sent on again.
  t.equal((await takeForm(app, opened.id)).status, 307);
  const before = await everything(app);
  for (const session of [unopened, opened]) {
    for (const path of [`/pay/${session.id}`, `/pay/${session.id}/return`]) {
      const head = await send(app.local, "HEAD", path, {});
      const shown = await send(app.local, "GET", path, {});
      t.match([head.status, head.body], [shown.status, ""], `HEAD ${path}`);
      // Nobody has paid: who would wait is led to the page.
      if (path.endsWith("/return")) t.match(shown, { status: 303, headers: { location: session.url } });
      else t.match(shown, { status: 200, body: /<form/, headers: { "content-type": /^text\/html/ } });
      for (const headers of AHEAD) {
        const page = await send(app.local, "GET", path, headers);
        t.equal(page.status, 503, `GET ${path} ${JSON.stringify(headers)}`);
        t.equal(page.headers["cache-control"], "no-store");
        t.notMatch(page.body, /<form|<script/);
        t.ok(page.body.includes(`${path}"`), "a person who sees it all the same can go on");
        t.equal((await send(app.local, "HEAD", path, headers)).status, 503);
      }
    }
  }
  t.same(await everything(app), before, "no row of any table has changed");
  t.equal((await takeForm(app, unopened.id)).status, 307, "a shopper sends the form on");
  t.notSame(await everything(app), before);
});

await eachEngine(
  t,
  "a link scanner that walks over many pay links asks the gateway nothing",
  async (t, engine) => {
    const gateway = await startGateway(t);
    const config = testConfig(engine, { cardstreamUrl: gateway.url });
    const { testKey, liveKey } = await createTestMerchant(config);
    const clock = { time: Date.now(), now: () => clock.time };
    const app = await startTestApp(t, config, {
      clock,
      pauses: { ...PAUSES, sweep: HOUR_MS, reconcile: HOUR_MS },
    });
    const ids: string[] = [];
    for (let each = 0; each < LINKS; each++) {
      const key = each % 2 === 0 ? testKey : liveKey;
      const { json } = await app.call("POST", "/v1/checkout/sessions", key, anOrder());
      ids.push(json.id);
      if (each % 5 === 0) await takeForm(app, json.id);
    }
    clock.time += HOUR_MS; // Forms that are out have been silent for long.
    const before = await everything(app);
    for (const id of ids) {
      for (const path of [`/pay/${id}`, `/pay/${id}/return`]) {
        const status = path.endsWith("/return") ? 303 : 200;
        for (const method of ["GET", "HEAD"])
          t.equal((await send(app.local, method, path, {})).status, status, path);
        await send(app.local, "GET", path, { "sec-purpose": "prefetch" });
      }
    }
    t.same(await everything(app), before);
    t.same(gateway.requests, []);
    t.equal((await takeForm(app, ids[0] ?? "")).status, 307);
    const [attempt] = await listPendingAttempts(app.db.manager, ids[0] ?? "");
    t.equal(attempt?.asked, 1, "the shopper's step asks, before the form goes out again");
  },
);

await eachEngine(t, "HEAD tells of a page what GET would, and changes nothing", async (t, engine) => {
  const config = testConfig(engine);
  const { testKey } = await createTestMerchant(config);
  const app = await startTestApp(t, config);
  const { json: session } = await app.call("POST", "/v1/checkout/sessions", testKey, anOrder());
  await app.call("POST", `/v1/checkout/sessions/${session.id}/expire`, testKey);
  for (const path of [
    `/pay/${session.id}`,
    "/pay/cs_nobody",
    "/pay/cs_nobody/return",
    "/sandbox/hosted/hpp_0",
  ]) {
    const before = await everything(app);
    const head = await send(app.local, "HEAD", path, {});
    t.same(await everything(app), before);
    const page = await send(app.local, "GET", path, {});
    t.equal(head.status, page.status, path);
    t.equal(head.headers["content-length"], page.headers["content-length"]);
    t.equal(head.body, "");
  }
});

await onSqlite(t, "no GET and no HEAD of the API changes anything", async (t, engine) => {
  const config = testConfig(engine);
  const { testKey } = await createTestMerchant(config);
  const app = await startTestApp(t, config);
  const { json: session } = await app.call("POST", "/v1/checkout/sessions", testKey, anOrder());
  await takeForm(app, session.id);
  const { json: document } = await app.call("GET", "/openapi.json", undefined);
  const paths = Object.entries<object>(document.paths).filter(([, methods]) => "get" in methods);
  t.ok(paths.length > 10);
  const before = await everything(app);
  for (const [path] of paths) {
    const real = path.replace(/\{[^}]+\}/, String(session.id));
    // A stream of events ends by its time limit.
    const limit = path.endsWith("/stream") ? { "grpc-timeout": "300m" } : {};
    const headers = { authorization: `Bearer ${testKey}`, ...limit };
    for (const method of ["HEAD", "GET"]) {
      t.ok((await send(app.local, method, real, headers)).status < 500, `${method} ${real}`);
    }
  }
  for (const path of ["/healthz", "/readyz", "/docs", "/openapi.json", "/sandbox/rest/transactions/"]) {
    for (const method of ["HEAD", "GET"]) await send(app.local, method, path, {});
  }
  t.same(await everything(app), before);
});

/** Every row of every table, once each event has its place: the relay gives it behind the call's back. */
async function everything({ db }: TestApp): Promise<unknown[][]> {
  await until("all events are numbered", async () => {
    const [row] = await db.manager.query("SELECT count(*) AS n FROM event WHERE numbered_at IS NULL");
    return Number(row.n) === 0;
  });
  const tables: unknown[][] = [];
  for (const { options } of entities) tables.push(await db.manager.find(options.name));
  return tables;
}

async function send(local: string, method: string, path: string, headers: OutgoingHttpHeaders) {
  const request = httpRequest(`${local}${path}`, { method, headers }).end();
  const [response] = (await once(request, "response")) as [IncomingMessage];
  const body = (await response.setEncoding("utf8").toArray()).join("");
  return { status: response.statusCode ?? 0, headers: response.headers, body };
}
