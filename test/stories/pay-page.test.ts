import t from "tap";

import { createTestMerchant, startTestApp, testConfig } from "../support/app.js";
import { openPage } from "../support/browser.js";
import { eachEngine } from "../support/database.js";
import { signMessage } from "../support/gateway.js";
import { aLineItem, anOrder } from "../support/orders.js";

await eachEngine(t, "the pay page of no session is a 404 that tells nothing", async (t, engine) => {
  const app = await startTestApp(t, testConfig(engine));
  for (const path of ["/pay/cs_nobody", "/pay/x", "/pay/cs_%20", `/pay/cs_${"0".repeat(99)}`]) {
    t.equal((await app.call("GET", path, undefined)).status, 404, path);
  }
  for (const path of ["/pay/cs_nobody", "/pay/cs_nobody/check"])
    t.equal((await app.call("POST", path, undefined)).status, 404, `POST ${path}`);
});

await eachEngine(t, "the pay page hands over a form that is signed in full", async (t, engine) => {
  const config = testConfig(engine, { publicUrl: "https://pay.example" });
  const { liveKey, live } = await createTestMerchant(config);
  const app = await startTestApp(t, config);
  const order = anOrder({
    customer: "cus_abc123",
    line_items: [
      aLineItem({ product_data: { name: `Tea "for" <two> & 'more'` } }, 2),
      aLineItem({ unit_amount: 1 }),
    ],
  });
  const { json: session } = await app.call("POST", "/v1/checkout/sessions", liveKey, order);
  const page = await openPage(`${app.local}/pay/${session.id}`);
  const fields = Object.fromEntries(page.forms[0]?.fields ?? []);
  const { signature, ...rest } = fields;
  t.match(rest, {
    merchantID: live.gatewayMerchantId,
    action: "SALE",
    type: "1",
    amount: "5999",
    currencyCode: "826",
    countryCode: "GB",
    transactionUnique: `${session.id}-1`,
    orderRef: session.id,
    redirectURL: `https://pay.example/pay/${session.id}/return`,
    callbackURL: "https://pay.example/callbacks/cardstream",
    duplicateDelay: "9999",
    formResponsive: "Y",
    formAllowCancel: "Y",
    formCancelRequired: "Y",
    allowedPaymentMethods: "card",
    rtAgreementType: "cardonfile",
    "items[0][description]": `Tea "for" <two> & 'more'`,
    "items[0][quantity]": "2",
    "items[1][amount]": "1",
  });
  t.equal(signature, signMessage(rest, live.secret));
});

await eachEngine(
  t,
  "more than 40 items share lines to the gateway, which takes 255 fields",
  async (t, engine) => {
    const config = testConfig(engine);
    const { liveKey } = await createTestMerchant(config);
    const app = await startTestApp(t, config);
    for (const [count, lines] of [
      [40, 40],
      [41, 21],
      [100, 34],
    ] as const) {
      const order = anOrder({ line_items: Array.from({ length: count }, () => aLineItem()) });
      const { json: session } = await app.call("POST", "/v1/checkout/sessions", liveKey, order);
      const fields = (await openPage(session.url)).forms[0]?.fields ?? [];
      t.equal(fields.filter(([name]) => name.endsWith("[description]")).length, lines, `${count} items`);
      t.ok(fields.length <= 180, `${fields.length} fields`);
      t.notOk(
        fields.some(([name]) => name === "rtAgreementType"),
        "no card is kept without a customer",
      );
    }
  },
);

await eachEngine(
  t,
  "the pay page is not stored, framed or refered from, and runs only its own script",
  async (t, engine) => {
    const config = testConfig(engine);
    const { liveKey } = await createTestMerchant(config);
    const app = await startTestApp(t, config);
    const { json: session } = await app.call("POST", "/v1/checkout/sessions", liveKey, anOrder());
    const { headers, html } = await openPage(session.url);
    t.equal(headers.get("cache-control"), "no-store");
    t.equal(headers.get("referrer-policy"), "no-referrer");
    const policy = headers.get("content-security-policy") ?? "";
    t.match(policy, /default-src 'none'/);
    t.match(policy, /frame-ancestors 'none'/);
    t.match(policy, /form-action http:\/\/localhost:\d+ https:\/\/gateway\.example;/);
    t.match(policy, /script-src 'sha256-/);
    t.match(html, /<button>Continue to payment<\/button>/, "a way on without scripts, which adds no field");
  },
);
