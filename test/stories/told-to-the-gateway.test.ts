import t, { type Test } from "tap";

import { createTestMerchant, startTestApp, testConfig } from "../support/app.js";
import { openPage } from "../support/browser.js";
import { openCardShop } from "../support/charges.js";
import { eachEngine, onSqlite, type TestEngine } from "../support/database.js";
import { connect } from "../support/grpc.js";
import { anOrder } from "../support/orders.js";
import { parseProxies } from "../../src/web/connections/client-address.js";

// What the merchant and the shopper's connection have the gateway know of a payment, besides the order.

const SESSIONS = "/v1/checkout/sessions";
const INTENTS = "/v1/payment_intents";
const TEXTS = { statement_descriptor: "CAFÉ LUNA LTD", receipt_email: "ada@example.com" };
const CARD = { cardNumber: "4929421234600821", cardExpiryMonth: "12", cardExpiryYear: "29", cardCVV: "356" };

const WRONG: readonly (readonly [statement: string, says: RegExp])[] = [
  ["SHOP", /5 to 22/],
  ["A".repeat(23), /22/],
  ["SHOP*ORDER", /Latin/],
  ["SHOP'S", /Latin/],
  ['SHOP"S', /Latin/],
  ["<SHOP>", /Latin/],
  ["SHOP\\ORDER", /Latin/],
  ["МАГАЗИН", /Latin/],
  ["商店商店商店", /Latin/],
  ["SHOP\nORDER", /Latin/],
  ["12345", /letter/],
  ["- - - -", /letter/],
];

await eachEngine(t, "what no statement can say is refused by its field, on both faces", async (t, engine) => {
  const shop = await openCardShop(t, engine);
  const client = await connect(shop.app.urls.grpc, { service: "CheckoutService" });
  t.teardown(client.close);
  for (const [statement, says] of WRONG) {
    const data = { statement_descriptor: statement };
    const session = await shop.call("POST", SESSIONS, anOrder({ payment_intent_data: data }));
    const param = "payment_intent_data.statement_descriptor";
    t.match(session, { status: 400, json: { error: { param, message: says } } }, statement);
    const charge = await shop.charge(data);
    t.match(
      charge,
      { status: 400, json: { error: { param: "statement_descriptor", message: says } } },
      statement,
    );
  }
  const order = { ...anOrder(), payment_intent_data: { statement_descriptor: "SHOP" } };
  const { error } = await client.call("createCheckoutSession", order, shop.merchant.testKey);
  t.match(
    error?.metadata.get("grpc-status-details-bin")[0]?.toString(),
    /payment_intent_data.statement_descriptor/,
  );
  for (const receipt_email of ["ada", "ada@", "@example.com", "a da@example.com", `${"a".repeat(320)}@b`]) {
    t.match(await shop.charge({ receipt_email }), {
      status: 400,
      json: { error: { param: "receipt_email" } },
    });
  }
  const two = anOrder({ customer_email: "bob@example.com", payment_intent_data: TEXTS });
  t.match(await shop.call("POST", SESSIONS, two), {
    status: 400,
    json: { error: { code: "parameter_unsupported", param: "payment_intent_data.receipt_email" } },
  });
  t.same(await shop.intents(), [], "nothing was charged");
});

await eachEngine(
  t,
  "the statement's text and the receipt are asked of the gateway, and kept with the payment",
  async (t, engine) => {
    const shop = await openCardShop(t, engine);
    const order = anOrder({ customer: "cus_abc123", payment_intent_data: TEXTS });
    const { json: session } = await shop.call("POST", SESSIONS, order);
    const page = await openPage(session.url);
    const told = {
      statementNarrative1: "CAFÉ LUNA LTD",
      customerReceiptsRequired: "Y",
      customerEmail: "ada@example.com",
    };
    t.match(Object.fromEntries(page.forms[0]?.fields ?? []), told);
    const cardPage = await page.forms[0]?.submit();
    await cardPage?.forms[0]?.submit(CARD);
    const { json: paid } = await shop.call("GET", `${SESSIONS}/${session.id}`);
    t.match((await shop.call("GET", `${INTENTS}/${paid.payment_intent}`)).json, {
      status: "succeeded",
      ...TEXTS,
    });

    await shop.call("POST", INTENTS, {
      ...chargeWith(paid.payment_method),
      receipt_email: "bob@example.com",
      statement_descriptor: "SHOP 7",
    });
    const { json: bare } = await shop.call("POST", INTENTS, chargeWith(paid.payment_method));
    t.match(bare, { receipt_email: null, statement_descriptor: null });
    const { json: later } = await shop.call("POST", INTENTS, {
      ...chargeWith(paid.payment_method),
      confirm: false,
      ...TEXTS,
    });
    t.match(await shop.call("POST", `${INTENTS}/${later.id}/confirm`, {}), {
      json: { status: "succeeded", ...TEXTS },
    });
    const sales = (await shop.sales()).map(
      ({ result }) => Object.fromEntries(result) as Record<string, string>,
    );
    t.match(sales[0], {
      statementNarrative1: "SHOP 7",
      customerReceiptsRequired: "Y",
      customerEmail: "bob@example.com",
    });
    for (const name of ["statementNarrative1", "customerReceiptsRequired", "remoteAddress"])
      t.notOk(name in (sales[1] ?? {}), `${name} is none of the first payment's`);
    t.match(sales[2], told);
  },
);

await onSqlite(
  t,
  "a session whose merchant says nothing leaves both to the gateway's account",
  async (t, engine) => {
    const { app, merchant } = await behindProxy(t, engine);
    const { json } = await app.call(
      "POST",
      SESSIONS,
      merchant.testKey,
      anOrder({ customer_email: "ada@example.com" }),
    );
    const page = await openPage(`${app.local}/pay/${json.id}`);
    const fields = Object.fromEntries(page.forms[0]?.fields ?? []);
    t.equal(fields["customerEmail"], "ada@example.com");
    for (const name of ["statementNarrative1", "customerReceiptsRequired"]) t.notOk(name in fields, name);
  },
);

await eachEngine(
  t,
  "the gateway is told the shopper's address as the trusted proxy gives it, and no other",
  async (t, engine) => {
    const { app, merchant, addressFor } = await behindProxy(t, engine);
    const open = async (key: string): Promise<string> =>
      String((await app.call("POST", SESSIONS, key, anOrder())).json.id);
    const live = await open(merchant.liveKey);
    const cases: readonly (readonly [forwarded: string | undefined, address: string | undefined])[] = [
      ["81.2.69.142", "81.2.69.142"],
      ["81.2.69.142:4711", "81.2.69.142"],
      ["::ffff:81.2.69.142", "81.2.69.142"],
      ["1.1.1.1, 81.2.69.142", "81.2.69.142"],
      ["81.2.69.142, 127.0.0.1", "81.2.69.142"],
      ["1.1.1.1, 81.2.69.142, 127.0.0.1, 127.0.0.1", "81.2.69.142"],
      ["10.0.0.7", undefined],
      ["81.2.69.142, 10.0.0.7", undefined],
      ["2a02:c7c::1", undefined],
      ["81.2.69.142, unknown", undefined],
      ["999.2.69.142", undefined],
      ["", undefined],
      [undefined, undefined],
    ];
    for (const [forwarded, address] of cases)
      t.equal(await addressFor(live, forwarded), address, String(forwarded));
    const test = await open(merchant.testKey);
    t.equal(await addressFor(test, "10.0.0.7"), "10.0.0.7", "the sandbox shows what is known");
  },
);

await onSqlite(
  t,
  "without a trusted proxy nothing that a client says of its address counts",
  async (t, engine) => {
    const { app, merchant, addressFor } = await behindProxy(t, engine, "192.0.2.1");
    const { json } = await app.call("POST", SESSIONS, merchant.testKey, anOrder());
    t.equal(await addressFor(json.id, "81.2.69.142"), "127.0.0.1");
    const { json: live } = await app.call("POST", SESSIONS, merchant.liveKey, anOrder());
    t.equal(await addressFor(live.id, "81.2.69.142"), undefined);
  },
);

await eachEngine(
  t,
  "a shopper whose address has changed meanwhile pays, and one who made it up does not",
  async (t, engine) => {
    const { app, merchant, get } = await behindProxy(t, engine);
    const { json } = await app.call("POST", SESSIONS, merchant.testKey, anOrder());
    const url = `${app.local}/pay/${json.id}`;
    const fields = fieldsIn(await get(json.id, "81.2.69.142"));
    const post = async (changes: Record<string, string>, from: string) => {
      const body = new URLSearchParams({ ...fields, ...changes });
      const headers = { "x-forwarded-for": from };
      return await fetch(url, { method: "POST", body, headers, redirect: "manual" });
    };
    const made = await post({ remoteAddress: "81.2.69.200" }, "81.2.69.150");
    t.equal(made.status, 200, "the page again");
    t.equal(
      fieldsIn(await made.text())["remoteAddress"],
      "81.2.69.150",
      "signed for the address that it came from",
    );
    t.equal((await post({}, "81.2.69.150")).status, 307);
    const location = (await post({}, "1.1.1.1")).headers.get("location");
    t.equal(location, "https://pay.example/sandbox/hosted/");
    const body = new URLSearchParams(fields);
    const page = await (await fetch(`${app.local}/sandbox/hosted/`, { method: "POST", body })).text();
    t.match(page, /Pay by card/, "the form that was given out first is the one that is signed");
  },
);

function chargeWith(card: string) {
  const charge = { payment_method: card, amount: 700, currency: "gbp" };
  return { customer: "cus_abc123", ...charge, confirm: true, off_session: true };
}

/** A service behind a proxy that it trusts: this machine, unless `trusted` says otherwise. */
async function behindProxy(t: Test, engine: TestEngine, trusted = "127.0.0.1") {
  const publicUrl = "https://pay.example";
  const config = testConfig(engine, { publicUrl, trustedProxies: parseProxies(trusted) });
  const merchant = await createTestMerchant(config);
  const app = await startTestApp(t, config);
  const get = async (id: string, forwarded: string | undefined): Promise<string> => {
    const headers: Record<string, string> = forwarded === undefined ? {} : { "x-forwarded-for": forwarded };
    return await (await fetch(`${app.local}/pay/${id}`, { headers })).text();
  };
  const addressFor = async (id: string, forwarded: string | undefined): Promise<string | undefined> =>
    fieldsIn(await get(id, forwarded))["remoteAddress"];
  return { app, merchant, get, addressFor };
}

/** The hidden inputs of a page, of which none here needs unescaping. */
function fieldsIn(html: string): Record<string, string> {
  return Object.fromEntries(
    [...html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(([, name, value]) => [
      name,
      value,
    ]),
  );
}
