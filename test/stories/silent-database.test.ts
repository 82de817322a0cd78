import { status } from "@grpc/grpc-js";
import t, { type Test } from "tap";

import {
  createTestMerchant,
  startTestApp,
  type TestApp,
  testConfig,
  type TestMerchant,
} from "../support/app.js";
import { environmentOf } from "../support/command.js";
import { onMysql, type TestEngine, until, untilLockWait } from "../support/database.js";
import { paidMessage, signedBody } from "../support/gateway.js";
import { connect } from "../support/grpc.js";
import { type DatabaseRelay, openDatabaseRelay } from "../support/database-relay.js";
import { anOrder } from "../support/orders.js";
import { callback, type Session, stored } from "../support/results.js";
import { serve } from "../support/serve.js";

/** Whoever waits for an answer of ours is answered within that, and the supervisor of a process waits as long. */
const ANSWERED_WITHIN_MS = 10_000;

/** How soon `/readyz` follows a fault, and the service its end. */
const FOLLOWS_WITHIN_MS = 5_000;

interface Stage {
  readonly relay: DatabaseRelay;
  readonly app: TestApp;
  readonly mine: TestMerchant;
}

/** The service, behind a relay to its database. */
async function setStage(t: Test, engine: TestEngine): Promise<Stage> {
  const relay = await openDatabaseRelay(t, engine.place.url ?? "");
  const config = testConfig(engine, { databaseUrl: relay.url });
  const mine = await createTestMerchant(config);
  return { relay, mine, app: await startTestApp(t, config) };
}

/** What came, and after how long. */
async function timed<T>(answer: Promise<T>): Promise<{ readonly answer: T; readonly ms: number }> {
  const began = performance.now();
  return { answer: await answer, ms: performance.now() - began };
}

async function isReady({ app }: Stage): Promise<boolean> {
  return (await fetch(`${app.local}/readyz`)).status === 200;
}

await onMysql(
  t,
  "while the database says nothing, whatever comes is answered within ten seconds, and nothing is lost",
  async (t, engine) => {
    const stage = await setStage(t, engine);
    const { relay, app, mine } = stage;
    const orders = Array.from({ length: 3 }, () =>
      app.call("POST", "/v1/checkout/sessions", mine.liveKey, anOrder()),
    );
    const sessions = (await Promise.all(orders)).map(({ json }) => json as Session);
    const bodies = sessions.map((session) =>
      signedBody(paidMessage(session, mine.live.gatewayMerchantId), mine.live.secret),
    );
    const grpc = await connect(app.urls.grpc);
    t.teardown(() => grpc.close());
    t.ok(await isReady(stage));
    const opened = await fetch(`${app.local}/pay/${sessions[0]?.id}`);
    t.equal(opened.status, 200);

    relay.freeze();
    const frozen = performance.now();
    const red = until("the service is not ready", async () => !(await isReady(stage))).then(
      () => performance.now() - frozen,
    );
    const callbacks = Array.from({ length: 60 }, (_, i) => timed(callback(app, bodies[i % 3] ?? "")));
    const calls = ["POST", "GET"].map((method) =>
      timed(
        app.call(method, "/v1/checkout/sessions", mine.liveKey, method === "POST" ? anOrder() : undefined),
      ),
    );
    const page = timed(fetch(`${app.local}/pay/${sessions[0]?.id}`));
    const remote = timed(grpc.call("createCheckoutSession", anOrder(), mine.liveKey));
    for (const { answer, ms } of await Promise.all(callbacks)) {
      if (answer.status === 503 && answer.headers.get("retry-after") !== null && ms < ANSWERED_WITHIN_MS)
        continue;
      t.fail(`a callback was answered with ${answer.status} after ${ms} ms`);
    }
    for (const { answer, ms } of await Promise.all(calls)) {
      t.match([answer.status, answer.json.error], [503, { code: "service_unavailable" }]);
      t.ok(answer.headers.get("retry-after"));
      t.ok(ms < ANSWERED_WITHIN_MS, `${ms} ms`);
    }
    const shown = await page;
    t.equal(shown.answer.status, 503);
    t.ok(shown.answer.headers.get("retry-after"));
    t.ok(shown.ms < ANSWERED_WITHIN_MS, `${shown.ms} ms`);
    const told = await remote;
    t.equal(told.answer.error?.code, status.UNAVAILABLE);
    t.ok(told.ms < ANSWERED_WITHIN_MS, `${told.ms} ms`);
    const redAfter = await red;
    t.ok(redAfter < FOLLOWS_WITHIN_MS, `not ready after ${redAfter} ms`);

    // By now it is known, and nobody waits any more.
    const late = await timed(callback(app, bodies[0] ?? ""));
    t.equal(late.answer.status, 503);
    t.ok(late.ms < 500, `${late.ms} ms`);
    const failedRounds = app.logged.filter((line) => line.includes("could not be expired"));
    t.ok(failedRounds.length <= 1, `${failedRounds.length} lines about the same outage`);

    relay.thaw();
    const thawed = performance.now();
    await until("the service is ready again", () => isReady(stage));
    t.ok(performance.now() - thawed < FOLLOWS_WITHIN_MS);
    for (const body of bodies) t.equal((await callback(app, body)).status, 200);
    t.match(await stored(app), { intents: 3 });
  },
);

await onMysql(
  t,
  "a database that is slow with each statement keeps no call for more than ten seconds",
  async (t, engine) => {
    const stage = await setStage(t, engine);
    const { relay, app, mine } = stage;
    const { json: session } = await app.call("POST", "/v1/checkout/sessions", mine.liveKey, anOrder());
    const less = { amountReceived: "1500" };
    await callback(
      app,
      signedBody(paidMessage(session, mine.live.gatewayMerchantId, less), mine.live.secret),
    );
    const [{ id }] = (await app.call("GET", "/v1/held_payments", mine.liveKey)).json.data;
    const grpc = await connect(app.urls.grpc);
    t.teardown(() => grpc.close());
    relay.slowStatements(1_500);
    const path = `/v1/held_payments/${id}/resolve`;
    const headers = { "idempotency-key": "slow" };
    const json = timed(app.call("POST", path, mine.liveKey, { resolution: "accept" }, headers));
    const remote = timed(grpc.call("createCheckoutSession", anOrder(), mine.liveKey));
    const { answer, ms } = await json;
    t.match(answer, { status: 503, json: { error: { code: "service_unavailable" } } });
    t.ok(answer.headers.get("retry-after"));
    t.ok(ms < ANSWERED_WITHIN_MS, `${ms} ms`);
    t.ok((await remote).ms < ANSWERED_WITHIN_MS);
  },
);

await onMysql(
  t,
  "a call that waits for an equal one while the database falls silent is told to try again",
  async (t, engine, admin) => {
    const { relay, app, mine } = await setStage(t, engine);
    await admin.query("set session transaction isolation level repeatable read");
    await admin.query("begin");
    await admin.query("select * from idempotency_key for update"); // Nobody stores a key meanwhile.
    const headers = { "idempotency-key": "equal" };
    const call = app.call("POST", "/v1/checkout/sessions", mine.liveKey, anOrder(), headers);
    await untilLockWait(admin);
    // It is refused the key's lock, and then finds that nobody answers the question whose fault that is.
    relay.freezeNewConnections();
    const { status, json, headers: answered } = await call;
    t.match([status, json.error], [503, { code: "service_unavailable" }]);
    t.ok(answered.get("retry-after"));
    relay.thaw();
    await admin.query("rollback");
  },
);

await onMysql(
  t,
  "connections whose other end has forgotten them cost one wait together, not one each",
  async (t, engine) => {
    const stage = await setStage(t, engine);
    const { relay, app, mine } = stage;
    const create = () => app.call("POST", "/v1/checkout/sessions", mine.liveKey, anOrder());
    await Promise.all(Array.from({ length: 30 }, create));
    relay.silenceConnections();
    const first = await timed(create());
    t.equal(first.answer.status, 200, "it is tried again, on a new connection");
    t.ok(first.ms < ANSWERED_WITHIN_MS, `${first.ms} ms`);
    for (let i = 0; i < 16; i++) {
      const next = await timed(create());
      t.equal(next.answer.status, 200);
      t.ok(next.ms < 2_000, `${next.ms} ms`);
    }
  },
);

await onMysql(
  t,
  "a service ends within its ten seconds while its database says nothing",
  async (t, engine) => {
    const relay = await openDatabaseRelay(t, engine.place.url ?? "");
    const config = testConfig(engine, { databaseUrl: relay.url });
    const { liveKey } = await createTestMerchant(config);
    const service = await serve(t, environmentOf(config));
    const headers = { authorization: `Bearer ${liveKey}`, "content-type": "application/json" };
    const create = () =>
      fetch(`${service.url}/v1/checkout/sessions`, {
        method: "POST",
        headers,
        body: JSON.stringify(anOrder()),
      });
    await Promise.all(Array.from({ length: 8 }, create));
    relay.freeze();
    const calls = Array.from({ length: 8 }, create);
    await fetch(`${service.url}/healthz`); // What was sent before has arrived.
    const ended = await timed(service.stop("SIGTERM"));
    t.equal(ended.answer, 0);
    t.ok(ended.ms < ANSWERED_WITHIN_MS, `${ended.ms} ms`);
    for (const { status } of await Promise.all(calls)) t.equal(status, 503);
  },
);
