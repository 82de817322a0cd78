import type { Connection, RowDataPacket } from "mysql2/promise";
import t from "tap";

import { createTestMerchant, startTestApp, testConfig } from "../support/app.js";
import { eachEngine, onMysql, until } from "../support/database.js";
import { paidMessage, signedBody } from "../support/gateway.js";
import { type DatabaseRelay, openDatabaseRelay } from "../support/database-relay.js";
import { anOrder } from "../support/orders.js";
import { bring, callback, openSession, read, resultsOf, type Session, stored } from "../support/results.js";
import { openSite } from "../support/shop.js";
import { openShopper, PAY } from "../support/shopper.js";

for (const scripts of [true, false]) {
  const how = scripts ? "by itself" : "by its button where scripts are off";
  await onMysql(
    t,
    `the browser keeps a result while the database is away, and brings it again ${how}`,
    async (t, engine) => {
      const relay = await openDatabaseRelay(t, engine.place.url ?? "");
      const config = testConfig(engine, { databaseUrl: relay.url });
      const { testKey } = await createTestMerchant(config);
      let cuts = 0;
      const app = await startTestApp(t, config, {
        // The gateway has taken the money, and its callback is half-way in.
        checkpoint: async (point) => {
          if (point === "result verified" && cuts++ === 0) await relay.cut();
        },
      });
      const site = await openSite(t);
      const order = anOrder({ success_url: site.successUrl, cancel_url: site.cancelUrl });
      const { json: session } = await app.call("POST", "/v1/checkout/sessions", testKey, order);
      const { page, ...shopper } = await openShopper(t, scripts);
      await shopper.enter(session.url);
      await shopper.typeCard();
      await shopper.press(PAY);
      await page.getByText("Please keep this page open").waitFor();
      const again = () => page.getByRole("button", { name: "Try again" }).click();
      if (!scripts) await again();
      await page.getByText("Please keep this page open").waitFor();
      await relay.mend();
      // It is asked twice a second, once for all; a page with scripts comes again by itself.
      await until("the database is known to be back", async () => (await fetch(`${app.local}/readyz`)).ok);
      if (!scripts) await again();
      await page.getByText("Thank you").waitFor();
      const paid = await app.call("GET", `/v1/checkout/sessions/${session.id}`, testKey);
      t.equal(paid.json.status, "complete");
      t.match(await stored(app), { intents: 1, results: [{ outcome: "completed", via: "return" }] });
    },
  );
}

await onMysql(
  t,
  "a page that is opened while the database is away opens once it is back",
  async (t, engine) => {
    const relay = await openDatabaseRelay(t, engine.place.url ?? "");
    const config = testConfig(engine, { databaseUrl: relay.url });
    const { testKey } = await createTestMerchant(config);
    const app = await startTestApp(t, config);
    const { json: session } = await app.call("POST", "/v1/checkout/sessions", testKey, anOrder());
    const { page } = await openShopper(t, true);
    await relay.cut();
    t.equal((await page.goto(session.url))?.status(), 503);
    await page.getByText("One moment, please").waitFor();
    await relay.mend();
    await page.getByLabel("Card number").waitFor();
  },
);

type Fault = (relay: DatabaseRelay, admin: Connection) => Promise<void>;

const FAULTS: Record<string, Fault> = {
  "the connection is killed": async (_, admin) => {
    const [rows] = await admin.query<RowDataPacket[]>(
      `select id from information_schema.processlist
       join information_schema.innodb_trx on id = trx_mysql_thread_id where db = database()`,
    );
    for (const { id } of rows) await admin.query(`kill ${id}`).catch(unlessGone);
  },
  "every connection breaks": async (relay) => relay.dropConnections(),
  "the answer to the commit is lost": async (relay) => relay.loseNextCommit(),
  "the database goes away and comes back": async (relay) => {
    await relay.cut();
    await relay.mend();
  },
};

/** Once one of its connections is killed the service closes others by itself. */
function unlessGone(error: { readonly code?: string }): void {
  if (error.code !== "ER_NO_SUCH_THREAD") throw error;
}

for (const [what, fault] of Object.entries(FAULTS)) {
  await onMysql(
    t,
    `callback and browser come at once, and ${what}: the payment is recorded once`,
    async (t, engine, admin) => {
      const relay = await openDatabaseRelay(t, engine.place.url ?? "");
      const config = testConfig(engine, { databaseUrl: relay.url });
      const mine = await createTestMerchant(config);
      // Both have read what they need by then: a read that breaks is answered with 503, and the gateway sends
      // its message again.
      let verified = 0;
      let faults = 0;
      const app = await startTestApp(t, config, {
        checkpoint: async (point) => {
          if (point === "result verified") verified++;
          if (point !== "payment recorded" || faults++ > 0) return;
          await until("both results are verified", () => verified >= 2);
          await fault(relay, admin);
        },
      });
      const { json } = await app.call("POST", "/v1/checkout/sessions", mine.liveKey, anOrder());
      const session = json as Session;
      const body = signedBody(paidMessage(session, mine.live.gatewayMerchantId), mine.live.secret);
      const [told, brought] = await Promise.all([callback(app, body), bring(app, session.id, body)]);
      t.equal(told.status, 200);
      t.equal(brought.headers.get("location"), "https://yourapp.com/checkout/success");
      t.match(await stored(app), { intents: 1, methods: 1, results: [{ outcome: "completed" }] });
      t.equal((await resultsOf(app, session)).length, 1);
      t.equal((await read(app, mine, session)).status, "complete");
    },
  );
}

await onMysql(t, "an expiry whose commit was answered by nobody is done, not refused", async (t, engine) => {
  const relay = await openDatabaseRelay(t, engine.place.url ?? "");
  const config = testConfig(engine, { databaseUrl: relay.url });
  const { liveKey } = await createTestMerchant(config);
  const app = await startTestApp(t, config);
  const { json: session } = await app.call("POST", "/v1/checkout/sessions", liveKey, anOrder());
  relay.loseNextCommit();
  const expired = await app.call("POST", `/v1/checkout/sessions/${session.id}/expire`, liveKey);
  t.match([expired.status, expired.json.status], [200, "expired"]);
  t.same((await stored(app)).events, ["checkout.session.expired"]);
});

await eachEngine(t, "whatever keeps a result from being stored, the browser keeps it", async (t, engine) => {
  let fails = true;
  const { app, mine, session } = await openSession(
    t,
    engine,
    {},
    {
      checkpoint: async (point) => {
        if (point === "result verified" && fails) throw new Error("out of order");
      },
    },
  );
  const body = signedBody(
    paidMessage(session, mine.live.gatewayMerchantId, { submit: "a field of this name" }),
    mine.live.secret,
  );
  const kept = await bring(app, session.id, body);
  t.equal(kept.status, 503);
  t.match(await kept.text(), /Please keep this page open.*name="signature"/s);
  t.equal((await callback(app, body)).status, 500, "the gateway is not told that it was stored");
  t.same((await stored(app)).results, []);
  fails = false;
  t.equal((await bring(app, session.id, body)).status, 303);
  t.equal((await read(app, mine, session)).status, "complete");
});
