import { randomUUID } from "node:crypto";

import t, { type Test } from "tap";

import {
  createTestMerchant,
  startTestApp,
  type TestApp,
  testConfig,
  type TestMerchant,
} from "../support/app.js";
import { paidMessage, signedBody } from "../support/gateway.js";
import { connect } from "../support/grpc.js";
import { hostileServer, type Settings } from "../support/hostile-server.js";
import { aLineItem, anOrder } from "../support/orders.js";
import { callback, type Session } from "../support/results.js";

/** Of each kind the worst; `test/db/hostile-sessions.test.ts` has all. */
const HOSTILE: Settings[] = [
  { sql_mode: "NO_BACKSLASH_ESCAPES" },
  { sql_mode: "ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT,IGNORE_SPACE" },
  { sql_mode: "ORACLE,NO_BACKSLASH_ESCAPES,EMPTY_STRING_IS_NULL" },
  { init_connect: "set names latin1" },
  { init_connect: "set names gbk; set sql_mode = 'NO_BACKSLASH_ESCAPES'" },
  { init_connect: "set character_set_results = null; set sql_mode = 'ANSI_QUOTES'; start transaction" },
  { autocommit: 0, completion_type: "CHAIN", lc_messages: "ja_JP" },
];

const UPDATE = "update merchant set name = 0x68; -- ";

/** Texts that would be statements where their first characters ended a text. */
const TEXTS = [
  "",
  "'",
  '"',
  "\\",
  "`",
  ";",
  `'; ${UPDATE}`,
  `"; ${UPDATE}`,
  `\\'; ${UPDATE}`,
  `\\\\'; ${UPDATE}`,
  `ħ; ${UPDATE}`, // U+0127 cut to one byte is a quote.
  `縗'; ${UPDATE}`,
  `\u00bf'; ${UPDATE}`, // In gbk the first byte eats a backslash.
  "/*! */ # --",
  "? :id %_",
  "£5 é 🍮",
];

const NAME = `Men's "Shop" \\ £5 é 🍮;`;

await t.test("on a hostile server every text is kept as it came, and none is done", async (t) => {
  const server = await hostileServer(t);
  const config = testConfig({ name: "mysql", place: { url: server.url, dataDir: "" } });
  const merchant = await createTestMerchant(config, NAME);
  let taken = 0;
  for (const settings of HOSTILE) {
    const done = await server.with(settings, async () => {
      await t.test(JSON.stringify(settings), async (t) => {
        const app = await startTestApp(t, config);
        await askAsStranger(t, app, merchant);
        await sell(t, app, merchant);
        const [names] = await server.admin.query("select name from pay.merchant");
        t.same(names, [{ name: NAME }]);
        await app.close();
      });
    });
    if (done) taken++;
  }
  t.ok(taken >= 6, `a server that took only ${taken} settings was not hostile`);
});

/** Everything that takes a text without a key. */
async function askAsStranger(t: Test, app: TestApp, { live }: TestMerchant): Promise<void> {
  for (const text of TEXTS) {
    const inPath = encodeURIComponent(text);
    const named = signedBody({ merchantID: text, transactionUnique: text }, "guessed");
    const other = signedBody(
      { merchantID: live.gatewayMerchantId, transactionUnique: `${text}-1` },
      "guessed",
    );
    const post = (path: string, body: string) => fetch(`${app.local}${path}`, { method: "POST", body });
    const answers = await Promise.all([
      fetch(`${app.local}/pay/${inPath}`),
      fetch(`${app.local}/pay/${inPath}/return`),
      post(`/pay/${inPath}`, named),
      post(`/pay/${inPath}/check`, named),
      post(`/pay/${inPath}/return`, named),
      post("/callbacks/cardstream", named),
      post("/callbacks/cardstream", other),
      post("/sandbox/direct/", named),
      post("/sandbox/hosted/", named),
    ]);
    for (const { status, url } of answers) t.ok(status < 500, `${status} of ${url}`);
  }
}

/** Sells to a shopper with such a name, what has such a name, and reads it back over both faces. */
async function sell(t: Test, app: TestApp, { liveKey, live }: TestMerchant): Promise<void> {
  const metadata = Object.fromEntries(TEXTS.slice(1).map((text, i) => [`${i}${text}`.slice(0, 40), text]));
  const [name] = TEXTS.slice(-1);
  const order = anOrder({
    line_items: [aLineItem({ product_data: { name: NAME } })],
    client_reference_id: NAME,
    customer_creation: "always",
    metadata,
  });
  const key = { "idempotency-key": `\\'; ${UPDATE}${randomUUID()}` };
  const created = await app.call("POST", "/v1/checkout/sessions", liveKey, order, key);
  t.equal(created.status, 200, created.text);
  const session = created.json as Session;
  t.equal((await fetch(`${app.local}/pay/${session.id}`)).status, 200);
  const message = paidMessage(session, live.gatewayMerchantId, { customerName: name });
  t.equal((await callback(app, signedBody(message, live.secret))).status, 200);
  const read = await app.call("GET", `/v1/checkout/sessions/${session.id}`, liveKey);
  t.match(read.json, { status: "complete", client_reference_id: NAME });
  t.same(read.json.metadata, metadata);
  const customer = await app.call("GET", `/v1/customers/${read.json.customer}`, liveKey);
  t.equal(customer.json.name, name);
  const items = await app.call("GET", `/v1/checkout/sessions/${session.id}/line_items`, liveKey);
  t.equal(items.json.data[0].description, NAME);
  const grpc = await connect(app.urls.grpc);
  const { answer } = await grpc.call("GetCheckoutSession", { id: session.id }, liveKey);
  grpc.close();
  t.same({ ...answer.checkout_session.metadata }, metadata);
}
