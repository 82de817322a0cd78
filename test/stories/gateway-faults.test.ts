import { status } from "@grpc/grpc-js";
import t, { type Test } from "tap";

import { PLANNED_FAULTS } from "../../src/sandbox/payments/planned-faults.js";
import { createTestMerchant, startTestApp, testConfig } from "../support/app.js";
import { openPage } from "../support/browser.js";
import { eachEngine, onSqlite, type TestEngine, until } from "../support/database.js";
import { connect } from "../support/grpc.js";
import { listen } from "../support/listen.js";
import { anOrder } from "../support/orders.js";

const FAULTS = "/v1/test_helpers/gateway_faults";
const CARD = { cardNumber: "4929421234600821", cardExpiryMonth: "12", cardExpiryYear: "29", cardCVV: "356" };
const NOTHING = { object: "test_helpers.gateway_faults", faults: [] };

await eachEngine(t, "a live key makes nothing go wrong, and no fault is made up", async (t, engine) => {
  const { app, mine, set } = await openShop(t, engine);
  for (const method of ["GET", "POST"]) {
    const answer = await app.call(method, FAULTS, mine.liveKey, method === "POST" ? {} : undefined);
    t.match(answer, { status: 403, json: { error: { code: "livemode_mismatch" } } });
  }
  const wrong: [unknown, string][] = [
    [{}, "faults[0].type"],
    [{ type: "everything" }, "faults[0].type"],
    [{ type: "unspecified" }, "faults[0].type"],
    [{ type: "callback_delayed", milliseconds: -1 }, "faults[0].milliseconds"],
    [{ type: "callback_delayed", milliseconds: 86_400_001 }, "faults[0].milliseconds"],
    [{ type: "callback_dropped", milliseconds: 5 }, "faults[0]"],
  ];
  for (const [fault, param] of wrong) {
    const answer = await set([fault]);
    t.match(answer, { status: 400, json: { error: { param } } }, JSON.stringify(fault));
  }
  t.match(await set(Array.from({ length: 21 }, () => ({ type: "forged" }))), {
    status: 400,
    json: { error: { param: "faults" } },
  });
  t.same((await app.call("GET", FAULTS, mine.testKey)).json, NOTHING);
});

await onSqlite(t, "without a sandbox, or while it is away, the call says so", async (t, engine) => {
  const off = testConfig(engine, { sandbox: false });
  const mine = await createTestMerchant(off);
  const withoutSandbox = await startTestApp(t, off);
  t.match(await withoutSandbox.call("POST", FAULTS, mine.testKey, { faults: [] }), {
    status: 401,
    json: { error: { code: "test_mode_off", message: /without the sandbox/ } },
  });
  await withoutSandbox.close();
  const stranger = await listen(t, (_, response) => response.end("responseCode=0&faults=forged"));
  for (const sandboxUrl of ["http://127.0.0.1:9", stranger]) {
    const app = await startTestApp(t, { ...off, sandbox: true, sandboxUrl });
    for (const [method, body] of [
      ["GET", undefined],
      ["POST", { faults: [] }],
    ] as const) {
      const answer = await app.call(method, FAULTS, mine.testKey, body);
      t.match(answer, { status: 503, json: { error: { type: "api_error", code: "sandbox_unavailable" } } });
    }
  }
});

await eachEngine(
  t,
  "every fault of the sandbox can be set, and takes the others' place",
  async (t, engine) => {
    const { app, mine, other, set } = await openShop(t, engine);
    const faults = Object.keys(PLANNED_FAULTS).map((type) => ({ type, milliseconds: null }));
    const all = { object: "test_helpers.gateway_faults", faults };
    t.same((await set(faults.map(({ type }) => ({ type })))).json, all);
    t.same((await app.call("GET", FAULTS, mine.testKey)).json, all);
    t.same((await app.call("GET", FAULTS, other.testKey)).json, NOTHING, "nobody else's");
    const late = { type: "callback_delayed", milliseconds: 300 };
    t.same(
      (await set([{ type: "callback_delayed" }, late])).json.faults,
      [late],
      "the last of a kind counts",
    );
    t.same((await set([])).json, NOTHING);
  },
);

await eachEngine(t, "the same faults are set over gRPC, once for each idempotency key", async (t, engine) => {
  const { app, mine, set } = await openShop(t, engine);
  const client = await connect(app.urls.grpc, { service: "TestHelpersService" });
  t.teardown(() => client.close());
  const refused = await client.call("setGatewayFaults", {}, mine.liveKey);
  t.equal(refused.error?.code, status.PERMISSION_DENIED);
  const lost = { faults: [{ type: "GATEWAY_FAULT_TYPE_REDIRECT_LOST" }] };
  const send = async (key: string) =>
    (await client.call("setGatewayFaults", lost, mine.testKey, { "idempotency-key": key })).answer;
  const read = async () => (await client.call("getGatewayFaults", {}, mine.testKey)).answer.gateway_faults;
  t.match((await send("a")).gateway_faults, lost);
  t.match(await read(), lost);
  await set([{ type: "callback_dropped" }]);
  t.match((await send("a")).gateway_faults, lost, "the first answer again");
  t.match((await read()).faults, [{ type: "GATEWAY_FAULT_TYPE_CALLBACK_DROPPED" }], "and nothing done");
  await send("b");
  t.match(await read(), lost);
});

await eachEngine(t, "a merchant's own test suite loses a callback, and a redirect", async (t, engine) => {
  const { app, mine, set, pay } = await openShop(t, engine);
  const statusOf = async (id: string) =>
    (await app.call("GET", `/v1/checkout/sessions/${id}`, mine.testKey)).json.status;
  await set([{ type: "callback_dropped" }, { type: "redirect_lost" }]);
  const lost = await pay();
  t.equal(lost.leads, false);
  t.equal(await statusOf(lost.id), "open", "paid, and nobody was told");
  await app.call("POST", "/v1/test_helpers/clock/advance", mine.testKey, { seconds: 60 });
  await until("it was asked for", async () => (await statusOf(lost.id)) === "complete");
  await set([{ type: "wrong_amount" }]);
  const wrong = await pay();
  t.equal(await statusOf(wrong.id), "open");
  t.match((await app.call("GET", "/v1/held_payments", mine.testKey)).json.data, [
    { checkout_session: wrong.id, reason: "amount_mismatch" },
  ]);
  await set([]);
  t.equal(await statusOf((await pay()).id), "complete");
});

/** A service with two merchants; what is set and paid is the first one's. */
async function openShop(t: Test, engine: TestEngine) {
  const config = testConfig(engine);
  const mine = await createTestMerchant(config, "Mine");
  const other = await createTestMerchant(config, "Other");
  const app = await startTestApp(t, config);
  /** Pays a new session at the sandbox; `leads` is false where its last page leads nowhere. */
  const pay = async () => {
    const { json } = await app.call("POST", "/v1/checkout/sessions", mine.testKey, anOrder());
    const { id, url } = json as { id: string; url: string };
    const card = await (await openPage(url)).forms[0]?.submit();
    const leading = await card?.forms[0]?.submit(CARD);
    return { id, leads: leading?.forms[0] !== undefined };
  };
  const set = (faults: readonly unknown[]) => app.call("POST", FAULTS, mine.testKey, { faults });
  return { app, mine, other, set, pay };
}
