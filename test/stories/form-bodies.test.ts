import t from "tap";

import { createTestMerchant, startTestApp, type TestApp, testConfig } from "../support/app.js";
import { eachEngine, onSqlite } from "../support/database.js";
import { anOrder } from "../support/orders.js";

const CREATE = "/v1/checkout/sessions";
const FORM = "application/x-www-form-urlencoded";

/** The order of the spec's example, as `curl -d` sends it. */
const ORDER = [
  "line_items[0][price_data][currency]=gbp",
  "line_items[0][price_data][unit_amount]=2999",
  "line_items[0][price_data][product_data][name]=Pro+Plan+%E2%80%94 Monthly",
  "line_items[0][quantity]=1",
  "success_url=https://yourapp.com/checkout/success",
  "cancel_url=https%3A%2F%2Fyourapp.com%2Fcheckout%2Fcancel",
].join("&");

await eachEngine(
  t,
  "a form that cannot be meant is refused by the name of its parameter",
  async (t, engine) => {
    const config = testConfig(engine);
    const { testKey } = await createTestMerchant(config);
    const app = await startTestApp(t, config);
    const wrong: [string, string, string][] = [
      [`${ORDER}&colour=red`, "parameter_unknown", "colour"],
      [
        `${ORDER}&line_items[0][price_data][price]=1`,
        "parameter_unknown",
        "line_items[0][price_data][price]",
      ],
      [`${ORDER}&__proto__[admin]=true`, "parameter_unknown", "__proto__[admin]"],
      [`${ORDER}&metadata[__proto__]=x`, "parameter_invalid", "metadata[__proto__]"],
      [`${ORDER}&line_items[0][quantity]=2`, "parameter_repeated", "line_items[0][quantity]"],
      [`${ORDER}&line_items[2][quantity]=2`, "parameter_invalid", "line_items[1]"],
      [`${ORDER}&line_items[999999999][quantity]=2`, "parameter_invalid", "line_items"],
      [`${ORDER}&customer[id]=cus_1`, "parameter_invalid", "customer"],
      [`${ORDER}&metadata[a]=%zz`, "parameter_invalid", "metadata[a]"],
      [`${ORDER}&metadata[a]=%ff`, "parameter_invalid", "metadata[a]"],
      [`${ORDER}&metadata[${"k".repeat(41)}]=x`, "parameter_invalid", `metadata[${"k".repeat(41)}]`],
      [ORDER.replace("=gbp", "=xyz"), "currency_invalid", "line_items[0][price_data][currency]"],
      [ORDER.replace("=2999", "="), "parameter_invalid", "line_items[0][price_data][unit_amount]"],
      [ORDER.replace("=2999", "=29.99"), "parameter_invalid", "line_items[0][price_data][unit_amount]"],
      [ORDER.replace("[quantity]=1", "[quantity]=1000000"), "parameter_invalid", "line_items[0][quantity]"],
      ["a=1&".repeat(10_001), "parameter_unknown", "a"],
    ];
    for (const [body, code, param] of wrong) {
      const answer = await post(app, testKey, CREATE, body);
      t.match(
        answer,
        { status: 400, json: { error: { type: "invalid_request_error", code, param } } },
        param,
      );
      t.ok(answer.json.error.message.includes(param), answer.json.error.message);
    }
    const many = Array.from({ length: 101 }, (_, index) => `line_items[${index}][quantity]=1`).join("&");
    t.match(await post(app, testKey, CREATE, many), {
      status: 400,
      json: { error: { param: "line_items" } },
    });
    t.match(await post(app, testKey, CREATE, JSON.stringify(anOrder())), {
      status: 415,
      json: { error: { code: "media_type_unsupported", message: /With curl, add -H/ } },
    });
    t.same(await app.db.manager.query("SELECT id FROM checkout_session"), []);
  },
);

await eachEngine(
  t,
  "a form makes the session that the JSON makes, and is the same call",
  async (t, engine) => {
    const config = testConfig(engine);
    const { testKey } = await createTestMerchant(config);
    const app = await startTestApp(t, config);
    const order = anOrder({
      metadata: { größe: "XL 😀", empty: "" },
      customer: "cus_abc123",
      expand: ["customer"],
    });
    const headers = { "idempotency-key": "order 17" };
    const json = await app.call("POST", CREATE, testKey, order, headers);
    const body = `${ORDER}&metadata[gr%C3%B6%C3%9Fe]=XL+😀&metadata[empty]=&customer=cus_abc123&expand[]=customer`;
    const form = await post(app, testKey, CREATE, body, headers);
    t.equal(form.headers.get("idempotent-replayed"), "true");
    t.same(form.json, json.json);
    const another = await post(app, testKey, CREATE, `${body}&client_reference_id=`, headers);
    t.same(another.json, json.json, "an empty text is none");
    t.match(await post(app, testKey, CREATE, ORDER, headers), {
      json: { error: { code: "idempotency_key_reused" } },
    });
  },
);

await onSqlite(t, "an amount that somebody forgot to set refunds nothing", async (t, engine) => {
  const app = await startTestApp(t, testConfig(engine));
  const key = app.urls.demonstration?.testKey;
  const before = (await app.call("GET", "/v1/payment_intents/pi_0demo", key)).json;
  for (const body of ["payment_intent=pi_0demo&amount=", "amount&payment_intent=pi_0demo"])
    t.match(await post(app, key, "/v1/refunds", body), {
      status: 400,
      json: { error: { param: "amount", message: /is empty/ } },
    });
  t.same((await app.call("GET", "/v1/payment_intents/pi_0demo", key)).json, before);
});

await eachEngine(
  t,
  "a call without a body may call it a form, and a key may be a user name",
  async (t, engine) => {
    const config = testConfig(engine);
    const { testKey } = await createTestMerchant(config);
    const app = await startTestApp(t, config);
    for (const text of ["", ":", "nobody:", testKey]) {
      const answer = await app.call("GET", CREATE, undefined, undefined, basic(text));
      t.equal(answer.status, 401, text);
      t.equal(answer.headers.get("www-authenticate"), "Bearer", "no browser asks for a password");
    }
    const { json } = await post(app, undefined, CREATE, ORDER, basic(`${testKey}:`));
    t.equal(json.status, "open");
    const headers = { "content-type": FORM, ...basic(`${testKey}:ignored`) };
    t.equal((await app.call("GET", `${CREATE}/${json.id}`, undefined, undefined, headers)).status, 200);
    t.equal(
      (await app.call("POST", `${CREATE}/${json.id}/expire`, undefined, undefined, headers)).status,
      200,
    );
    t.equal(
      (await app.call("DELETE", "/v1/customers/cus_abc123", undefined, undefined, headers)).status,
      200,
    );
    const query = await app.call("GET", `${CREATE}?created[gte]=x`, testKey, undefined, {
      "content-type": FORM,
    });
    t.match(query.json, { error: { param: "created[gte]" } });
    t.match((await app.call("GET", `${CREATE}?created[gte]=x`, testKey)).json, {
      error: { param: "created.gte" },
    });
  },
);

function basic(text: string): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(text).toString("base64")}` };
}

async function post(
  app: TestApp,
  key: string | undefined,
  path: string,
  body: string,
  headers: Record<string, string> = {},
) {
  const all = {
    "content-type": FORM,
    ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
    ...headers,
  };
  const response = await fetch(`${app.local}${path}`, { method: "POST", headers: all, body });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: JSON.parse(text) };
}
