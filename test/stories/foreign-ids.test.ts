import t from "tap";

import { createTestMerchant, startTestApp, type TestApp, testConfig } from "../support/app.js";
import { onMysql } from "../support/database.js";
import { openDatabaseRelay } from "../support/database-relay.js";
import { signedBody } from "../support/gateway.js";
import { connect } from "../support/grpc.js";
import { openApi, operationsOf } from "../support/openapi.js";
import { anOrder } from "../support/orders.js";

/** Each has this in it, which no id of ours has. */
const MARK = "zzMARKzz";

/** What cannot be an id of any kind: by its characters, its length, or its prefix. */
const NO_IDS = [
  MARK,
  `cs_${MARK}'; update merchant set name='x'; -- `,
  `pi_${MARK}\\`,
  `cus_${MARK}"`,
  `re_${MARK}ħ`,
  `pm_${MARK} `,
  `cs_${MARK}${"x".repeat(53)}`,
  `xx_${MARK}`,
];

await onMysql(t, "what cannot be an id is answered without a query for it", async (t, engine, admin) => {
  const relay = await openDatabaseRelay(t, engine.place.url ?? "");
  const config = testConfig(engine, { databaseUrl: relay.url });
  const merchant = await createTestMerchant(config);
  const app = await startTestApp(t, config);
  const grpc = await connect(app.urls.grpc);
  t.teardown(() => grpc.close());
  const statements = relay.record();
  for (const text of NO_IDS) {
    for (const answer of await strangers(app, text, merchant.live.gatewayMerchantId))
      t.ok(answer.status < 500, `${answer.url}: ${answer.status}`);
    for (const [name, status] of await callers(app, text, merchant.liveKey))
      t.ok([200, 400, 402, 404, 422].includes(status), `${name}: ${status}`);
    const { error } = await grpc.call("GetCheckoutSession", { id: text }, merchant.liveKey);
    t.ok([3, 5].includes(error?.code ?? 0), String(error));
  }
  t.ok(statements.length > NO_IDS.length * 10, "a log that holds nothing must fail");
  const inHex = Buffer.from(MARK).toString("hex");
  t.same(
    statements.filter((sql) => sql.includes(MARK) || sql.includes(inHex)),
    [],
  );
  const [names] = await admin.query("select name from merchant");
  t.same(names, [{ name: "Test shop" }]);
});

/** Without a key: shoppers, the gateway, and who asks the sandbox gateway. */
async function strangers(app: TestApp, text: string, merchantID: string): Promise<Response[]> {
  const inPath = encodeURIComponent(text);
  const messages = [
    signedBody({ merchantID: `${text}'`, transactionUnique: "cs_1-1", xref: text }, "guessed"),
    signedBody({ merchantID, transactionUnique: text, orderRef: text }, "guessed"),
    signedBody({ merchantID, transactionUnique: `${text}-1`, action: "REFUND_SALE" }, "guessed"),
  ];
  const pages = [`/pay/${inPath}`, `/pay/${inPath}/return`, `/sandbox/hosted/${inPath}`];
  const posts = [
    `/pay/${inPath}`,
    `/pay/${inPath}/check`,
    `/pay/${inPath}/return`,
    "/callbacks/cardstream",
    "/sandbox/direct/",
    "/sandbox/hosted/",
  ];
  const answers: Response[] = [];
  for (const path of pages) answers.push(await fetch(`${app.local}${path}`, { redirect: "manual" }));
  for (const path of posts) {
    for (const body of messages)
      answers.push(await fetch(`${app.local}${path}`, { method: "POST", body, redirect: "manual" }));
  }
  return answers;
}

/** With a key: every call that names an object, in its path, its query or its body. */
async function callers(app: TestApp, text: string, key: string): Promise<[name: string, status: number][]> {
  const statuses: [string, number][] = [];
  const call = async (method: string, path: string, body?: unknown): Promise<void> => {
    statuses.push([`${method} ${path}`, (await app.call(method, path, key, body)).status]);
  };
  const inPath = encodeURIComponent(text);
  for (const { method, path, operation } of operationsOf(openApi)) {
    const body = method === "post" ? { action: "dismiss", customer: text } : undefined;
    const filled = path.replaceAll(/\{\w+\}/g, inPath);
    if (filled !== path) await call(method.toUpperCase(), filled, body);
    if (method !== "get") continue;
    for (const { name, in: place } of operation.parameters ?? []) {
      if (
        place === "query" &&
        /^(starting_after|ending_before|customer|payment_intent|checkout_session)$/.test(name)
      )
        await call("GET", `${path.replaceAll(/\{\w+\}/g, "cus_abc123")}?${name}=${inPath}`);
    }
  }
  await call("POST", "/v1/checkout/sessions", anOrder({ customer: text }));
  await call("POST", "/v1/customers", { id: text });
  await call("POST", "/v1/refunds", { payment_intent: text });
  const charge = { amount: 100, currency: "gbp", confirm: true };
  await call("POST", "/v1/payment_intents", { ...charge, customer: text, payment_method: "pm_1" });
  await call("POST", "/v1/payment_intents", { ...charge, customer: "cus_abc123", payment_method: text });
  return statuses;
}
