import { status } from "@grpc/grpc-js";
import t, { type Test } from "tap";

import { createTestMerchant, startTestApp, testConfig } from "../support/app.js";
import { openCardShop } from "../support/charges.js";
import { eachEngine, type TestEngine } from "../support/database.js";
import { connect } from "../support/grpc.js";
import { aLineItem, anOrder } from "../support/orders.js";
import { paidSession } from "../support/paid.js";
import { openPaid } from "../support/refunds.js";

const SESSIONS = "/v1/checkout/sessions";
const CUSTOMER = { customer: "cus_abc123" };

const refusedAt = (place: number) => ({
  status: 400,
  json: { error: { code: "parameter_invalid", param: `expand[${place}]` } },
});

await eachEngine(
  t,
  "what cannot be expanded is refused by its place, and nothing is done",
  async (t, engine) => {
    const { app, mine, call, pay } = await shop(t, engine);
    const session = await pay();
    const method = `/v1/payment_methods/${session.payment_method}`;
    for (const path of [
      `${SESSIONS}/${session.id}?expand[]=colour`,
      `${SESSIONS}/${session.id}?expand[]=`,
      `${SESSIONS}/${session.id}?expand[]=data.customer`,
      `${SESSIONS}/${session.id}?expand[]=customer.payment_intent`,
      `${SESSIONS}/${session.id}?expand[]=__proto__`,
      `${SESSIONS}?expand[]=customer`,
      `${method}?expand[]=payment_intent`,
      `/v1/payment_intents/${session.payment_intent}?expand[]=line_items`,
      `/v1/payment_intents?expand[]=customer`,
      `/v1/customers/cus_abc123/payment_methods?expand[]=customer`,
    ]) {
      t.match(await call("GET", path), refusedAt(0), path);
    }
    t.match(await call("GET", `${SESSIONS}/${session.id}?expand[]=customer&expand[]=colour`), refusedAt(1));
    t.match(await call("POST", SESSIONS, anOrder({ expand: ["customer", "colour"] })), refusedAt(1));
    t.match(await call("POST", `${method}/detach`, { expand: ["colour"] }), refusedAt(0));
    t.match(await call("POST", SESSIONS, anOrder({ "expand[]": ["customer"] })), { status: 400 });
    const many = Array.from({ length: 21 }, () => "expand[]=customer").join("&");
    t.match(await call("GET", `${SESSIONS}/${session.id}?${many}`), {
      status: 400,
      json: { error: { param: "expand" } },
    });
    t.equal((await call("GET", method)).json.customer, "cus_abc123", "it is still attached");
    t.equal(
      (await app.call("GET", SESSIONS, mine.liveKey)).json.data.length,
      1,
      "and there is no second session",
    );
  },
);

await eachEngine(t, "an object stands in the place of its id, as it is read by itself", async (t, engine) => {
  const { call, pay } = await shop(t, engine);
  const session = await pay();
  const { json: customer } = await call("GET", "/v1/customers/cus_abc123");
  const { json: method } = await call("GET", `/v1/payment_methods/${session.payment_method}`);
  const { json: intent } = await call("GET", `/v1/payment_intents/${session.payment_intent}`);
  const read = async (path: string, ...expand: string[]) =>
    (await call("GET", `${path}?${expand.map((name, place) => `expand[${place}]=${name}`).join("&")}`)).json;
  const path = `${SESSIONS}/${session.id}`;
  t.same(await read(path, "customer"), { ...session, customer });
  t.same(await read(path, "payment_intent", "payment_method"), {
    ...session,
    payment_intent: intent,
    payment_method: method,
  });
  t.same(
    await read(path, "payment_intent.payment_method.customer", "payment_intent.customer", "customer"),
    {
      ...session,
      customer,
      payment_intent: { ...intent, customer, payment_method: { ...method, customer } },
    },
    "also inside of one another",
  );
  t.same(await read(`/v1/payment_methods/${method.id}`, "customer"), { ...method, customer });
  t.same(await read(`/v1/payment_intents/${intent.id}`, "customer", "payment_method"), {
    ...intent,
    customer,
    payment_method: method,
  });
  t.same((await read("/v1/payment_intents", "data.customer")).data, [{ ...intent, customer }]);
  t.same((await read("/v1/customers/cus_abc123/payment_methods", "data.customer")).data, [
    { ...method, customer },
  ]);
  t.same((await read(SESSIONS, "data.customer", "data.payment_method")).data, [
    { ...session, customer, payment_method: method },
  ]);
  const detached = await call("POST", `/v1/payment_methods/${method.id}/detach`, { expand: ["customer"] });
  t.equal(detached.json.customer, null, "where there is nothing, nothing is expanded");
  const attach = { ...CUSTOMER, expand: ["customer"] };
  t.same((await call("POST", `/v1/payment_methods/${method.id}/attach`, attach)).json.customer, customer);
  await call("DELETE", "/v1/customers/cus_abc123");
  t.match(await read(path, "customer"), { customer: { id: "cus_abc123", deleted: true, email: null } });
});

await eachEngine(t, "a session shows its first items", async (t, engine) => {
  const { call } = await shop(t, engine);
  const items = Array.from({ length: 12 }, (_, index) => aLineItem({ unit_amount: index }));
  const created = await call(
    "POST",
    SESSIONS,
    anOrder({ ...CUSTOMER, line_items: items, expand: ["line_items", "customer"] }),
  );
  t.match(created, { status: 200, json: { customer: { id: "cus_abc123", object: "customer" } } });
  const listed = await call("GET", `${SESSIONS}/${created.json.id}/line_items`);
  t.equal(listed.json.data.length, 10);
  t.same(created.json.line_items, listed.json, "the first page of their own list");
  t.equal(
    (await call("GET", `${SESSIONS}/${created.json.id}`)).json.line_items,
    null,
    "only where it is asked for",
  );
  const all = await call("GET", `${SESSIONS}?expand[]=data.line_items`);
  t.same(all.json.data[0].line_items, listed.json);
  const expired = await call("POST", `${SESSIONS}/${created.json.id}/expire`, { expand: ["line_items"] });
  t.same(expired.json.line_items, listed.json);
});

await eachEngine(t, "a charge shows whom and what it charged, or is never made", async (t, engine) => {
  const shop = await openCardShop(t, engine);
  t.match(await shop.charge({ expand: ["customer", "colour"] }), refusedAt(1));
  t.same(await shop.sales(), [], "no money moved");
  const { json: charged } = await shop.charge({ expand: ["customer", "payment_method"] });
  t.match(charged, {
    status: "succeeded",
    customer: (await shop.call("GET", "/v1/customers/cus_abc123")).json,
    payment_method: (await shop.call("GET", `/v1/payment_methods/${shop.card}`)).json,
  });
  t.equal((await shop.sales()).length, 1);
});

await eachEngine(t, "a refund shows its payment, as it stands after it", async (t, engine) => {
  const { app, merchant, payment, refund, readPayment } = await openPaid(t, engine);
  t.match(await refund({ amount: 500, expand: ["customer"] }), refusedAt(0));
  t.equal((await readPayment())["amount_refunded"], 0, "and nothing was refunded");
  const { json: refunded } = await refund({ amount: 500, expand: ["payment_intent"] });
  t.match(refunded, { amount: 500, payment_intent: { id: payment, amount_refunded: 500 } });
  t.same(refunded.payment_intent, await readPayment());
  const path = `/v1/refunds/${refunded.id}`;
  t.equal((await app.call("GET", path, merchant.testKey)).json.payment_intent, payment);
  t.same((await app.call("GET", `${path}?expand=payment_intent`, merchant.testKey)).json, refunded);
  const listed = await app.call("GET", "/v1/refunds?expand[]=data.payment_intent", merchant.testKey);
  t.same(listed.json.data, [refunded]);
});

await eachEngine(t, "nobody else's object is ever expanded", async (t, engine) => {
  const { app, other, call, pay } = await shop(t, engine);
  await app.call("POST", "/v1/customers/cus_abc123", other.liveKey, { name: "Somebody else" });
  await call("POST", "/v1/customers/cus_abc123", { name: "Ada" });
  const mine = await pay();
  const theirs = await paidSession(app, other, CUSTOMER);
  const expanded = await call("GET", `${SESSIONS}/${mine.id}?expand[]=customer`);
  t.equal(expanded.json.customer.name, "Ada", "of two customers with one id it is the caller's");
  const query = "expand[]=payment_method&expand[]=payment_intent";
  const answer = await app.call("GET", `${SESSIONS}/${theirs.id}?${query}`, other.liveKey);
  t.match(answer.json, {
    payment_method: { id: theirs.payment_method },
    payment_intent: { id: theirs.payment_intent },
  });
  t.equal((await call("GET", `${SESSIONS}/${theirs.id}?${query}`)).status, 404);
});

await eachEngine(t, "over gRPC the object stands beside its id", async (t, engine) => {
  const { app, mine, pay } = await shop(t, engine);
  const { id, payment_method: method } = await pay();
  const client = await connect(app.urls.grpc);
  t.teardown(() => client.close());
  const over = async (name: string, request: object) => await client.call(name, request, mine.liveKey);
  const wrong = await over("getCheckoutSession", { id, expand: ["colour"] });
  t.equal(wrong.error?.code, status.INVALID_ARGUMENT);
  t.match(String(wrong.error?.metadata.get("grpc-status-details-bin")[0]), /expand\[0\]/);
  const expand = ["customer", "payment_method.customer", "line_items"];
  const { checkout_session: session } = (await over("getCheckoutSession", { id, expand })).answer;
  t.match(session, {
    customer: "cus_abc123",
    customer_expanded: { id: "cus_abc123", object: "customer" },
    payment_method: method,
    payment_method_expanded: { id: method, customer: "cus_abc123", customer_expanded: { id: "cus_abc123" } },
    line_items: { data: [{ description: "Pro Plan — Monthly" }] },
  });
  t.notOk(session.payment_intent_expanded, "what was not asked for is not read");
  const { data } = (await over("listCheckoutSessions", { expand: ["data.customer"] })).answer;
  t.match(data, [{ id, customer_expanded: { id: "cus_abc123" } }]);
});

/** A service with two merchants; calls and payments are those of the first one's live key. */
async function shop(t: Test, engine: TestEngine) {
  const config = testConfig(engine);
  const mine = await createTestMerchant(config, "Mine");
  const other = await createTestMerchant(config, "Other");
  const app = await startTestApp(t, config);
  const call = async (method: string, path: string, body?: object) =>
    await app.call(method, path, mine.liveKey, body);
  const pay = async () => await paidSession(app, mine, CUSTOMER);
  return { app, mine, other, call, pay };
}
