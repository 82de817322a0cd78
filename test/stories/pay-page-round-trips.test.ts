import type { Connection } from "mysql2/promise";
import t, { type Test } from "tap";

import { createTestMerchant, startTestApp, type TestApp, testConfig } from "../support/app.js";
import { onMysql, type TestEngine } from "../support/database.js";
import { type DatabaseRelay, openDatabaseRelay } from "../support/database-relay.js";
import { paidMessage, signedBody } from "../support/gateway.js";
import { anOrder } from "../support/orders.js";
import { formBody } from "../support/pay-page.js";
import { callback, type Session } from "../support/results.js";

const HOUR_MS = 3_600_000;

/** Ends of transactions, whatever they were about. */
const ENDS = /(COMMIT|ROLLBACK)$/;

/** What the page is read by, and its form given out: the locked session, then all that is written with the COMMIT. */
const ROUND_TRIPS = { shown: 1, given: 2 };

/**
 * What decides is read twice, and in between an attempt is leased, asked about and given back. For a test session the
 * sandbox gateway reads the account as well.
 */
const ASKING_MAX = 16;

for (const livemode of [true, false]) {
  await onMysql(
    t,
    `the pay page of a ${livemode ? "live" : "test"} session is shown and left by three round trips to the database`,
    async (t, engine, admin) => {
      const { app, relay, merchantId, session, complete } = await openShop(t, engine, admin, livemode);
      const count = (method: string, status: number, body?: string): Promise<number> =>
        roundTrips(t, relay, { app, merchantId, session, method, status, body });

      const form = await formBody(app, session.id);
      for (const method of ["HEAD", "GET"]) t.equal(await count(method, 200), ROUND_TRIPS.shown, method);
      t.equal(await count("POST", 307, form), ROUND_TRIPS.given, "sent on");
      const asking = ROUND_TRIPS.shown + (await count("POST", 307, form));
      t.ok(asking > ROUND_TRIPS.given && asking <= ASKING_MAX, `${asking} where the gateway is asked`);
      t.equal(await count("POST", 307, form), ROUND_TRIPS.given, "sent on again at the same time");
      await admin.query("update pending_attempt set certainty = 'doubtful'");
      t.equal(await count("GET", 200), ROUND_TRIPS.shown, "in doubt");
      t.equal(await count("POST", 200, form), ROUND_TRIPS.given, "in doubt, and asked about just now");
      t.match((await app.call("GET", `/pay/${session.id}`, undefined)).text, /is being checked/);
      if (!livemode) return;
      await complete();
      t.equal(await count("GET", 303), ROUND_TRIPS.shown, "of a complete session");
    },
  );
}

/** A service with an open session of this mode. */
async function openShop(t: Test, engine: TestEngine, admin: Connection, livemode: boolean) {
  const relay = await openDatabaseRelay(t, engine.place.url ?? "");
  const config = testConfig(engine, { databaseUrl: relay.url });
  const { id: merchantId, live, liveKey, testKey } = await createTestMerchant(config);
  // What is done in the background would be counted as well: nothing is left for the relay's first look to number.
  await admin.query("delete from event");
  const jobs = ["sweep", "reconcile", "resume", "settle", "number", "sweepEvents", "deliver"] as const;
  const pauses = Object.fromEntries(jobs.map((job) => [job, HOUR_MS])) as Record<
    (typeof jobs)[number],
    number
  >;
  const begun = Date.now();
  const app = await startTestApp(t, config, { pauses, clock: { now: () => begun } });
  const key = livemode ? liveKey : testKey;
  const session: Session = (await app.call("POST", "/v1/checkout/sessions", key, anOrder())).json;
  const complete = async (): Promise<void> => {
    const body = signedBody(paidMessage(session, live.gatewayMerchantId), live.secret);
    t.equal((await callback(app, body)).status, 200);
  };
  return { app, relay, merchantId, session, complete };
}

interface Visit {
  readonly app: TestApp;
  readonly merchantId: string;
  readonly session: Session;
  readonly method: string;
  /** What is answered. */
  readonly status: number;
  readonly body: string | undefined;
}

/** How often the server was asked meanwhile: a packet may have several statements. */
async function roundTrips(
  t: Test,
  relay: DatabaseRelay,
  { app, merchantId, session, method, status, body }: Visit,
): Promise<number> {
  const packets = relay.record();
  const sent = body === undefined ? {} : { body };
  const answer = await fetch(`${app.local}/pay/${session.id}`, { method, redirect: "manual", ...sent });
  t.equal(answer.status, status);
  await answer.text();
  // The service reads the database's clock, and looks for background work, at any time.
  return packets.filter((text) => text.includes(session.id) || text.includes(merchantId) || ENDS.test(text))
    .length;
}
