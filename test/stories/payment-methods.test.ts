import { status } from "@grpc/grpc-js";
import t, { type Test } from "tap";

import { type ApiAnswer, createTestMerchant, startTestApp, testConfig } from "../support/app.js";
import { eachEngine, type TestEngine } from "../support/database.js";
import { connect } from "../support/grpc.js";
import { paidSession } from "../support/paid.js";

const METHODS = "/v1/payment_methods";
const CUSTOMER = { customer: "cus_abc123" };
const LIST = "/v1/customers/cus_abc123/payment_methods";
const UNEXPECTED_STATE = { status: 400, json: { error: { code: "payment_method_unexpected_state" } } };

await eachEngine(t, "somebody else's card, or one of the other mode, does not exist", async (t, engine) => {
  const { app, mine, other, pay } = await shop(t, engine);
  const { payment_method: id } = await pay(CUSTOMER);
  for (const key of [other.liveKey, mine.testKey]) {
    for (const [method, path, body] of [
      ["GET", `${METHODS}/${id}`],
      ["POST", `${METHODS}/${id}/attach`, CUSTOMER],
      ["POST", `${METHODS}/${id}/detach`],
    ] as const) {
      t.match(await app.call(method, path, key, body), {
        status: 404,
        json: { error: { code: "resource_missing", param: "id" } },
      });
    }
    t.same(
      (await app.call("GET", LIST, key)).json.data,
      [],
      "the customer of the same id has another's cards",
    );
  }
});

await eachEngine(t, "a card is detached, and attached again", async (t, engine) => {
  const { call, pay, clock } = await shop(t, engine);
  const { payment_method: id, payment_intent: intent } = await pay(CUSTOMER);
  clock.time += 1000;
  const { payment_method: newer } = await pay(CUSTOMER);
  await call("POST", "/v1/customers", { id: "cus_other" });
  await call("POST", "/v1/customers", { id: "cus_gone" });
  await call("DELETE", "/v1/customers/cus_gone");
  const attach = async (customer: string) => await call("POST", `${METHODS}/${id}/attach`, { customer });
  t.match(await attach("cus_other"), UNEXPECTED_STATE, "it is attached to another one");
  t.match(await attach("cus_abc123"), { status: 200, json: { id, customer: "cus_abc123" } });
  const list = await call("GET", LIST);
  t.match(list.json, { object: "list", has_more: false, url: LIST });
  t.same(idsOf(list), [newer, id], "the newest first");
  const detached = await call("POST", `${METHODS}/${id}/detach`);
  t.match(detached, { status: 200, json: { id, customer: null } });
  t.same((await call("GET", `${METHODS}/${id}`)).json, detached.json);
  t.same(idsOf(await call("GET", LIST)), [newer]);
  t.match(await call("POST", `${METHODS}/${id}/detach`), UNEXPECTED_STATE);
  for (const customer of ["cus_nobody", "cus_gone"]) {
    const refused = { status: 400, json: { error: { code: "resource_missing", param: "customer" } } };
    t.match(await attach(customer), refused, customer);
  }
  t.match(await attach(""), {
    status: 400,
    json: { error: { code: "parameter_missing", param: "customer" } },
  });
  t.match(await attach("cus_other"), { status: 200, json: { id, customer: "cus_other" } });
  t.same(idsOf(await call("GET", "/v1/customers/cus_other/payment_methods")), [id]);
  t.equal((await call("GET", `/v1/payment_intents/${intent}`)).json.customer, "cus_abc123", "past is past");
});

await eachEngine(t, "a card whose shopper was not asked cannot be kept for a customer", async (t, engine) => {
  const { call, pay } = await shop(t, engine);
  const { payment_method: id } = await pay();
  const refused = await call("POST", `${METHODS}/${id}/attach`, CUSTOMER);
  t.match(refused, UNEXPECTED_STATE);
  t.match(refused.json.error.message, /did not agree/);
  t.equal((await call("GET", `${METHODS}/${id}`)).json.customer, null);
});

await eachEngine(t, "a customer's list of cards leads forwards and back", async (t, engine) => {
  const { call, pay, clock } = await shop(t, engine);
  const ids: string[] = [];
  for (let made = 0; made < 5; made++) {
    ids.unshift((await pay(CUSTOMER)).payment_method);
    clock.time += 1000;
  }
  for (const query of ["limit=0", "starting_after=pm_nobody", "ending_before=pm_nobody"]) {
    t.match(await call("GET", `${LIST}?${query}`), {
      status: 400,
      json: { error: { param: query.split("=")[0] } },
    });
  }
  t.match(await call("GET", "/v1/customers/cus_nobody/payment_methods"), {
    status: 404,
    json: { error: { param: "customer" } },
  });
  const page = await call("GET", `${LIST}?limit=2&starting_after=${ids[1]}`);
  t.same([idsOf(page), page.json.has_more], [ids.slice(2, 4), true]);
  const back = await call("GET", `${LIST}?limit=2&ending_before=${ids[4]}`);
  t.same([idsOf(back), back.json.has_more], [ids.slice(2, 4), true]);
  await call("DELETE", "/v1/customers/cus_abc123");
  t.match(await call("GET", LIST), { status: 404, json: { error: { message: /deleted/ } } });
});

await eachEngine(t, "attach and detach with a key are made once and answered alike", async (t, engine) => {
  const { call, pay } = await shop(t, engine);
  const { payment_method: id } = await pay(CUSTOMER);
  const detach = async () => await call("POST", `${METHODS}/${id}/detach`, {}, { "idempotency-key": "off" });
  const attach = async () =>
    await call("POST", `${METHODS}/${id}/attach`, CUSTOMER, { "idempotency-key": "on" });
  const first = await detach();
  const attached = await attach();
  for (const [again, before] of [
    [await detach(), first],
    [await attach(), attached],
  ] as const) {
    t.equal(again.text, before.text);
    t.equal(again.headers.get("idempotent-replayed"), "true");
  }
  t.equal((await call("GET", `${METHODS}/${id}`)).json.customer, "cus_abc123", "nothing was done again");
});

await eachEngine(t, "over gRPC it is the same card", async (t, engine) => {
  const { app, mine, call, pay } = await shop(t, engine);
  const { payment_method: id } = await pay(CUSTOMER);
  const client = await connect(app.urls.grpc, { service: "PaymentMethodService" });
  t.teardown(() => client.close());
  const over = async (method: string, request: object) => await client.call(method, request, mine.liveKey);
  t.equal((await over("getPaymentMethod", { id: "pm_nobody" })).error?.code, status.NOT_FOUND);
  const { payment_method: method } = (await over("getPaymentMethod", { id })).answer;
  t.match(method, {
    type: "PAYMENT_METHOD_TYPE_CARD",
    card: { brand: "visa", last4: "0821", funding: "CARD_FUNDING_CREDIT" },
    customer: "cus_abc123",
  });
  t.match((await call("GET", `${METHODS}/${id}`)).json, {
    id,
    card: { fingerprint: method.card.fingerprint },
  });
  t.same((await over("listCustomerPaymentMethods", CUSTOMER)).answer.data, [method]);
  t.notOk((await over("detachPaymentMethod", { id })).answer.payment_method.customer);
  t.equal((await over("detachPaymentMethod", { id })).error?.code, status.FAILED_PRECONDITION);
  t.same((await over("attachPaymentMethod", { id, ...CUSTOMER })).answer.payment_method, method);
});

/** A service with two merchants; calls and payments are those of the first one's live key. */
async function shop(t: Test, engine: TestEngine) {
  const config = testConfig(engine);
  const mine = await createTestMerchant(config, "Mine");
  const other = await createTestMerchant(config, "Other");
  const clock = { time: Date.now(), now: () => clock.time };
  const app = await startTestApp(t, config, { clock });
  const call = async (method: string, path: string, body?: object, headers?: Record<string, string>) =>
    await app.call(method, path, mine.liveKey, body, headers);
  const pay = async (order?: Record<string, unknown>, result?: Record<string, string | undefined>) =>
    await paidSession(app, mine, order, result);
  return { app, mine, other, clock, call, pay };
}

function idsOf(answer: ApiAnswer): string[] {
  return answer.json.data.map(({ id }: { id: string }) => id);
}
