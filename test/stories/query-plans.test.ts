import t from "tap";

import {
  createTestMerchant,
  startTestApp,
  type TestApp,
  testConfig,
  type TestMerchant,
} from "../support/app.js";
import { onMysql, until } from "../support/database.js";
import { paidMessage, signedBody } from "../support/gateway.js";
import { anOrder } from "../support/orders.js";
import { takeForm } from "../support/pay-page.js";
import { openDatabaseRelay } from "../support/database-relay.js";
import { badPlanOf, fillTables, logQueries } from "../support/query-log.js";
import { callback, type Session } from "../support/results.js";

/** Of each row. */
const COPIES = 1000;

/** Tables that stay small, or are read whole by an operator's command or at the start, and never for a call. */
const SMALL = /secrets_key_check|migrations|sandbox_|information_schema|get_lock|release_lock/;

await onMysql(
  t,
  "no statement of the service reads a whole table, or sorts what it read",
  async (t, engine, admin) => {
    const config = testConfig(engine);
    const merchant = await createTestMerchant(config);
    const log = await logQueries(admin);
    const app = await startTestApp(t, config);
    await tour(app, merchant);
    await tourOfWebhooks(app, merchant);
    const seen = (await log.statements()).flatMap((text) => text.split(";\n"));
    await app.close();
    await fillTables(admin, COPIES);
    const asked = seen.filter((text) => /^\s*(select|update|delete)\b.*\b(from|update)\b/is.test(text));
    const relevant = asked.filter((text) => !SMALL.test(text));
    t.ok(relevant.length > 25, `a guard that saw ${relevant.length} statements must fail`);
    for (const statement of relevant)
      t.equal(await badPlanOf(admin, statement), undefined, statement.slice(0, 100));
  },
);

await onMysql(
  t,
  "a payment right after another of its merchant is recorded in two round trips",
  async (t, engine) => {
    const relay = await openDatabaseRelay(t, engine.place.url ?? "");
    const config = testConfig(engine, { databaseUrl: relay.url });
    const { liveKey, live } = await createTestMerchant(config);
    const app = await startTestApp(t, config);
    const pay = async (): Promise<string[]> => {
      const session: Session = (await app.call("POST", "/v1/checkout/sessions", liveKey, anOrder())).json;
      const body = signedBody(paidMessage(session, live.gatewayMerchantId), live.secret);
      const sent = relay.record();
      t.equal((await callback(app, body)).status, 200);
      return sent.filter((text) => text.includes(session.id));
    };
    const [lookedUp, ...others] = await pay();
    t.match(lookedUp, /FROM `checkout_session` WHERE id = '\w+'$/, "whose it is, to begin with");
    t.equal(others.length, 2);
    const [locked, written, ...more] = await pay();
    t.match(locked, /FOR UPDATE$/);
    t.match(written, /COMMIT$/);
    t.same(more, []);
  },
);

/** What a merchant asks of webhooks. */
async function tourOfWebhooks(app: TestApp, { testKey }: TestMerchant): Promise<void> {
  const call = async (method: string, path: string, body?: unknown) => {
    const answer = await app.call(method, `/v1/${path}`, testKey, body);
    t.equal(answer.status, 200, `${method} ${path}: ${answer.text}`);
    return answer.json;
  };
  const order = { url: "http://127.0.0.1:1024/", enabled_events: ["*"] };
  const { id } = await call("POST", "webhook_endpoints", order);
  const { id: event } = await call("POST", `webhook_endpoints/${id}/send_test_event`, {});
  const path = `webhook_deliveries?event=${event}`;
  const delivery = await until("it is tried", async () =>
    (await call("GET", path)).data.find((one: { attempt_count: number }) => one.attempt_count > 0),
  );
  await call("POST", `webhook_deliveries/${delivery.id}/resend`, {});
  await call("POST", `webhook_endpoints/${id}/recover`, { since: 1_600_000_000 });
  const of = `webhook_deliveries?webhook_endpoint=${id}`;
  for (const filter of [
    "webhook_deliveries?limit=2",
    "webhook_deliveries?status=failed",
    of,
    `${of}&status=pending`,
  ]) {
    await call("GET", filter);
    await call("GET", `${filter}&starting_after=${delivery.id}`);
    await call("GET", `${filter}&ending_before=${delivery.id}`);
  }
  await call("GET", "webhook_endpoints?limit=2");
  await call("POST", `webhook_endpoints/${id}/roll_secret`, {});
  await call("POST", `webhook_endpoints/${id}`, { disabled: true });
  await call("DELETE", `webhook_endpoints/${id}`);
}

/** Everything that a merchant, a shopper and the gateway ask for. */
async function tour(app: TestApp, { testKey, liveKey, live }: TestMerchant): Promise<void> {
  let calls = 0;
  const call = async (method: string, path: string, body?: unknown, key = liveKey) => {
    const answer = await app.call(method, `/v1/${path}`, key, body, { "idempotency-key": `call ${calls++}` });
    t.equal(answer.status, 200, `${method} ${path}: ${answer.text}`);
    return answer.json;
  };
  const paid = (await call("POST", "checkout/sessions", anOrder({ customer: "cus_abc123" }))) as Session;
  const open = (await call("POST", "checkout/sessions", anOrder())) as Session;
  const newest = (await call("POST", "checkout/sessions", anOrder({ customer: "cus_abc123" }))) as Session;
  await takeForm(app, paid.id);
  await takeForm(app, paid.id);
  await callback(app, signedBody(paidMessage(paid, live.gatewayMerchantId), live.secret));
  await callback(app, signedBody(paidMessage(paid, live.gatewayMerchantId), live.secret));
  const { payment_intent: intent } = await call("GET", `checkout/sessions/${paid.id}`);
  // Most of the merchant's sessions are on the side that is asked for: that is where a server may begin at
  // the wrong end.
  const pages = ["", "&limit=2", `&starting_after=${newest.id}`, `&ending_before=${open.id}`];
  const filters = [
    "",
    "status=open",
    "status=complete",
    "status=expired",
    "customer=cus_abc123",
    `payment_intent=${intent}`,
  ];
  for (const page of pages)
    for (const filter of filters) await call("GET", `checkout/sessions?${filter}${page}`);
  await call("GET", "checkout/sessions?created[gte]=1&created[lt]=9999999999");
  await call("GET", `checkout/sessions/${paid.id}/line_items`);
  const lists = [
    "payment_intents",
    "payment_intents?customer=cus_abc123",
    "refunds",
    `refunds?payment_intent=${intent}`,
  ];
  const others = [
    "customers",
    "customers/cus_abc123/payment_methods",
    "held_payments",
    "held_payments?resolved=false",
  ];
  for (const list of [...lists, ...others]) {
    await call("GET", list);
    await call("GET", `${list}${list.includes("?") ? "&" : "?"}limit=1`);
  }
  await call("GET", `payment_intents/${intent}`);
  await call("POST", "refunds", { payment_intent: intent, amount: 1 });
  await call("POST", `checkout/sessions/${open.id}/expire`, {});
  await call("POST", "test_helpers/clock/advance", { seconds: 90_000 }, testKey);
  await call("POST", "checkout/sessions", anOrder(), testKey);
  // The sweep and the search for payments have looked by then: each does so at its start.
  await until(
    "the answers are there",
    async () => (await app.call("GET", "/readyz", undefined)).status === 200,
  );
}
