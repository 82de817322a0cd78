import t, { type Test } from "tap";

import {
  type ApiAnswer,
  createTestMerchant,
  startTestApp,
  type TestApp,
  testConfig,
} from "../support/app.js";
import { openPage } from "../support/browser.js";
import { chargeOf, CUSTOMER } from "../support/charges.js";
import { onSqlite, until } from "../support/database.js";
import { complaints, isStream, jsonOf, operationsOf } from "../support/openapi.js";
import { aLineItem, anOrder } from "../support/orders.js";
import { openDesk } from "../support/sandbox-desk.js";
import type { Loose } from "../support/reflection.js";

const SESSIONS = "/v1/checkout/sessions";
const INTENTS = "/v1/payment_intents";
const SESSION = `${SESSIONS}/{id}`;

const CARD = { cardNumber: "4929421234600821", cardExpiryMonth: "12", cardExpiryYear: "29", cardCVV: "356" };

/** What stands for an id in a path. */
const VARIABLE = /\{\w+\}/;

/** What is sent to the operations that take more than their address. */
const ENDPOINTS = "/v1/webhook_endpoints";

const BODIES: Record<string, object> = {
  [`post ${SESSIONS}`]: anOrder({ customer: "cus_nobody" }),
  "post /v1/customers": { email: "ada@example.com" },
  "post /v1/customers/{id}": { name: "Ada" },
  "post /v1/payment_methods/{id}/attach": { customer: "cus_abc123" },
  "post /v1/held_payments/{id}/resolve": { resolution: "dismiss", note: "Settled by telephone" },
  [`post ${INTENTS}`]: chargeOf("pm_nobody"),
  [`post ${INTENTS}/{id}/confirm`]: {},
  "post /v1/refunds": { payment_intent: "pi_nobody", amount: 1 },
  "post /v1/test_helpers/clock/advance": { seconds: 1 },
  "post /v1/test_helpers/gateway_faults": { faults: [{ type: "callback_dropped" }] },
  "post /v1/webhook_endpoints": { url: "http://127.0.0.1:9000/", enabled_events: ["*"] },
  "post /v1/webhook_endpoints/{id}": { description: "Ours" },
  "post /v1/webhook_endpoints/{id}/roll_secret": {},
  "post /v1/webhook_endpoints/{id}/send_test_event": {},
  "post /v1/webhook_endpoints/{id}/recover": { since: 1_718_000_000 },
  "post /v1/webhook_deliveries/{id}/resend": {},
};

await onSqlite(
  t,
  "the document lets in the orders that the service takes, and no others",
  async (t, engine) => {
    const { app, document, testKey } = await startService(t, engine);
    const { schema } = jsonOf(document, document.paths[SESSIONS].post.requestBody);
    const orders: [boolean, object][] = [
      [false, {}],
      [false, anOrder({ line_items: [] })],
      [false, anOrder({ line_items: Array.from({ length: 101 }, () => aLineItem()) })],
      [false, anOrder({ success_url: undefined })],
      [true, anOrder({ cancel_url: "" })],
      [false, anOrder({ cancel_url: `https://yourapp.com/${"a".repeat(5000)}` })],
      [false, anOrder({ client_reference_id: "r".repeat(201) })],
      [false, anOrder({ metadata: { "a[b]": "1" } })],
      [false, anOrder({ metadata: { "": "1" } })],
      [false, anOrder({ metadata: { a: "1".repeat(501) } })],
      [false, anOrder({ expires_at: 2 ** 53 })],
      [false, anOrder({ expires_at: 0.5 })],
      [false, anOrder({ colour: "red" })],
      [false, anOrder({ line_items: [aLineItem({ unit_amount: undefined })] })],
      [false, anOrder({ line_items: [aLineItem({ unit_amount: 100_000_000 })] })],
      [false, anOrder({ line_items: [aLineItem({ product_data: { name: "a\u0085b" } })] })],
      [false, anOrder({ line_items: [aLineItem({ product_data: { name: "n".repeat(251) } })] })],
      [false, anOrder({ line_items: [aLineItem({}, 0)] })],
      [false, anOrder({ line_items: [aLineItem({}, 1_000_000)] })],
      [false, { mode: "payment", success_url: "https://yourapp.com/paid" }],
      [true, { mode: "setup", success_url: "https://yourapp.com/saved" }],
      [true, anOrder()],
      [true, anOrder({ customer: "cus_abc123", client_reference_id: "r".repeat(200), metadata: { a: "" } })],
      [true, anOrder({ line_items: Array.from({ length: 100 }, () => aLineItem()) })],
      [
        true,
        anOrder({
          line_items: [
            aLineItem({ unit_amount: 0 }),
            aLineItem({ product_data: { name: "💶".repeat(250) } }),
          ],
        }),
      ],
    ];
    for (const [good, order] of orders) {
      const text = JSON.stringify(order);
      t.equal(
        complaints(document, schema, JSON.parse(text)).length === 0,
        good,
        `document: ${text.slice(0, 400)}`,
      );
      const { status } = await app.call("POST", SESSIONS, testKey, text);
      t.equal(status, good ? 200 : 400, `service: ${text.slice(0, 400)}`);
    }
  },
);

await onSqlite(t, "every answer of the service is one that the document promises", async (t, engine) => {
  const { app, document, merchant } = await startService(t, engine);
  const { testKey } = merchant;
  const seen = new Set<string>();
  const check = (method: string, template: string, answer: ApiAnswer): Loose => {
    const { responses } = document.paths[template][method];
    const name = answer.status in responses ? String(answer.status) : "default";
    const { schema } = jsonOf(document, responses[name]);
    t.same(complaints(document, schema, answer.json), [], `${method} ${template} ${answer.text}`);
    t.match(answer.headers.get("content-type"), /^application\/json/);
    t.ok(answer.headers.get("request-id"));
    seen.add(`${method} ${template} ${name}`);
    return answer.json;
  };
  const call = async (method: string, template: string, id: string, body?: unknown, key = testKey) =>
    check(method, template, await app.call(method.toUpperCase(), template.replace(VARIABLE, id), key, body));

  /** All but the last line, with which the time limit ends the stream. */
  const readLines = async (path: string): Promise<void> => {
    const headers = { "grpc-timeout": "300m" };
    const { status, text } = await app.call("GET", `${path}?after=0`, testKey, undefined, headers);
    const { schema } = jsonOf(document, document.paths[path].get.responses[status]);
    const lines = text.trim().split("\n");
    t.ok(lines.length > 1, text);
    for (const line of lines.slice(0, -1)) t.same(complaints(document, schema, JSON.parse(line)), [], line);
    seen.add(`get ${path} ${status}`);
  };

  const endpoint = await call("post", ENDPOINTS, "", BODIES[`post ${ENDPOINTS}`]);
  const endpointLeaving = await call("post", ENDPOINTS, "", BODIES[`post ${ENDPOINTS}`]);
  const plain = await call("post", SESSIONS, "", anOrder());
  await call("post", SESSIONS, "", anOrder({ customer: "cus_abc123", metadata: { a: "b" } }));
  await call("post", "/v1/customers", "", { id: "cus_leaving" });
  const payment = await pay(app, testKey);
  const refund = await call("post", "/v1/refunds", "", { payment_intent: payment, amount: 1 });
  const ids: Record<string, string> = {
    customers: "cus_abc123",
    events: (await until("an event has its place", () => newestEvent(app, testKey))).id,
    held_payments: await payPart(app, plain.url, testKey),
    payment_methods: await cardOf(app, testKey),
    payment_intents: payment,
    refunds: String(refund.id),
    setup_intents: await saveCard(app, testKey),
    webhook_endpoints: String(endpoint.id),
    webhook_deliveries: await until("an event is on its way", () => newestDelivery(app, testKey)),
  };
  const leaving: Record<string, string> = {
    customers: "cus_leaving",
    webhook_endpoints: String(endpointLeaving.id),
  };
  const card = (await app.call("GET", `${INTENTS}/${await pay(app, testKey)}`, testKey)).json;
  const desk = await openDesk(app, merchant);
  await call("post", INTENTS, "", chargeOf(card.payment_method));
  const manual = { ...chargeOf(card.payment_method), capture_method: "manual" };
  const authorized = await call("post", INTENTS, "", manual);
  await call("post", `${INTENTS}/{id}/capture`, String(authorized.id), { amount_to_capture: 1 });
  await desk.setFaults("card_declined");
  for (let declined = 0; declined < 2; declined++)
    await call("post", INTENTS, "", chargeOf(card.payment_method));
  const [given, tried] = (await app.call("GET", `${INTENTS}?limit=2`, testKey)).json.data;
  await call("post", `${INTENTS}/{id}/cancel`, given.id);
  await desk.setFaults("direct_error");
  await call("post", `${INTENTS}/{id}/confirm`, tried.id, {});
  await desk.setFaults("");
  for (const { method, path, operation } of operationsOf(document)) {
    const kind = path.split("/")[2] ?? "";
    const id = (method === "delete" ? leaving : ids)[kind] ?? plain.id;
    const body = BODIES[`${method} ${path}`];
    await call(method, path, "cs_nobody", body, "sk_test_nobody");
    if (isStream(operation)) await readLines(path);
    else await call(method, path, VARIABLE.test(path) ? id : "", body);
    if (VARIABLE.test(path)) await call(method, path, "cs_nobody", body);
  }
  check("get", SESSIONS, await app.call("GET", `${SESSIONS}?limit=0`, testKey));
  const cards = await app.call("GET", "/v1/payment_methods?customer=cus_abc123", testKey);
  check("get", "/v1/payment_methods", cards);
  const own = "/v1/customers/cus_abc123/payment_methods";
  const [kept] = (await app.call("GET", own, testKey)).json.data;
  const ownCard = "/v1/customers/{customer}/payment_methods/{id}";
  check("get", ownCard, await app.call("GET", `${own}/${kept.id}`, testKey));
  check(
    "get",
    SESSIONS,
    await app.call("GET", `${SESSIONS}?status=expired&created[gte]=1718000000`, testKey),
  );
  check("post", SESSIONS, await app.call("POST", SESSIONS, testKey, `"${"x".repeat(1_200_000)}"`));
  await call("get", SESSION, plain.id);

  const answers = operationsOf(document).flatMap(({ method, path }) =>
    [200, 401].map((status) => `${method} ${path} ${status}`),
  );
  t.same(
    answers.filter((answer) => !seen.has(answer)),
    [],
    "no operation was left out",
  );
  t.ok(seen.has(`post ${SESSIONS} default`));
});

async function newestEvent(app: TestApp, key: string) {
  return (await app.call("GET", "/v1/events?limit=1", key)).json.data[0];
}

/** The id of a delivery; "" while there is none. */
async function newestDelivery(app: TestApp, key: string): Promise<string> {
  return (await app.call("GET", "/v1/webhook_deliveries?limit=1", key)).json.data[0]?.id ?? "";
}

/** Has a card saved without a payment; the id of the setup intent. */
async function saveCard(app: TestApp, key: string): Promise<string> {
  const order = { mode: "setup", success_url: "https://yourapp.com/saved" };
  const { id, url } = (await app.call("POST", SESSIONS, key, order)).json;
  const cardPage = await (await openPage(url)).forms[0]?.submit();
  await cardPage?.forms[0]?.submit(CARD);
  return (await app.call("GET", `${SESSIONS}/${id}`, key)).json.setup_intent;
}

/** Has a session paid in part, which is held; the id of what is held. */
async function payPart(app: TestApp, url: string, key: string): Promise<string> {
  const cardPage = await (await openPage(url)).forms[0]?.submit();
  await cardPage?.forms[0]?.submit({ ...CARD, outcome: "partial" });
  return (await app.call("GET", "/v1/held_payments", key)).json.data[0].id;
}

/** Has a new session of a customer paid; the id of the payment. */
async function pay(app: TestApp, key: string): Promise<string> {
  const { json } = await app.call("POST", SESSIONS, key, anOrder({ customer: CUSTOMER }));
  const cardPage = await (await openPage(json.url)).forms[0]?.submit();
  await cardPage?.forms[0]?.submit(CARD);
  return (await app.call("GET", "/v1/payment_intents", key)).json.data[0].id;
}

/** The id of the customer's card. */
async function cardOf(app: TestApp, key: string): Promise<string> {
  return (await app.call("GET", "/v1/customers/cus_abc123/payment_methods", key)).json.data[0].id;
}

/** A service, and the document as it serves it. */
async function startService(t: Test, engine: Parameters<typeof testConfig>[0]) {
  const config = testConfig(engine, { webhookPrivateAddresses: true });
  const merchant = await createTestMerchant(config);
  const app = await startTestApp(t, config);
  const answer = await app.call("GET", "/openapi.json", undefined);
  t.match(answer, { status: 200, json: { openapi: "3.1.0" } });
  return { app, merchant, testKey: merchant.testKey, document: answer.json };
}
