import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import t from "tap";

import { openGatewayAccount } from "../../src/checkout/merchants/gateway-account.js";
import { openStore } from "../../src/start/store.js";
import {
  createTestMerchant,
  startTestApp,
  type TestApp,
  testConfig,
  type TestMerchant,
} from "../support/app.js";
import { type BrowserForm, openPage } from "../support/browser.js";
import { chargeOf } from "../support/charges.js";
import { eachEngine, silent } from "../support/database.js";
import { paidMessage, signedBody, signMessage } from "../support/gateway.js";
import { anOrder } from "../support/orders.js";
import { bring, callback, partial, type Session } from "../support/results.js";
import { type ScriptedGateway, startGateway } from "../support/scripted-gateway.js";

const CARD = { cardNumber: "374245455400001", cardExpiryMonth: "12", cardExpiryYear: "29", cardCVV: "4887" };
const WRONG_CARD = { ...CARD, cardNumber: "4111 1111 1111 1111", cardCVV: "7531" };

await eachEngine(
  t,
  "no secret of anybody gets into the log at its finest level, or into the database in clear",
  async (t, engine) => {
    const gateway = await startGateway(t);
    const config = testConfig(engine, { logLevel: "trace", cardstreamUrl: gateway.url });
    const mine = await createTestMerchant(config);
    const app = await startTestApp(t, config);
    const secrets = new Map<string, string>([
      ["the live key", mine.liveKey],
      ["the test key", mine.testKey],
      ["a key that is none", "sk_test_0123456789abcdefghij"],
      ["the live account's secret", mine.live.secret],
      ["the card's number", CARD.cardNumber],
      ["the security code", CARD.cardCVV],
      ["the number of a card that was refused", WRONG_CARD.cardNumber],
      ["the same as digits", WRONG_CARD.cardNumber.replaceAll(" ", "")],
      ["the security code of that", WRONG_CARD.cardCVV],
    ]);
    await app.call("POST", "/v1/checkout/sessions", secrets.get("a key that is none"), anOrder());
    const create = async (key: string): Promise<Session & { url: string }> =>
      (await app.call("POST", "/v1/checkout/sessions", key, anOrder({ customer: "cus_abc123" }))).json;

    const payPage = await openPage((await create(mine.testKey)).url);
    note(secrets, "the form", payPage.forms[0]);
    const cardPage = await payPage.forms[0]?.submit();
    const wrong = await cardPage?.forms[0]?.submit(WRONG_CARD);
    const returnPage = await wrong?.forms[0]?.submit(CARD);
    note(secrets, "the sandbox's result", returnPage?.forms[0]);
    t.equal((await returnPage?.forms[0]?.submit())?.status, 303);
    await wrong?.forms[0]?.submit(CARD);

    const live = await create(mine.liveKey);
    note(secrets, "the live form", (await openPage(live.url)).forms[0]);
    const messages = [
      { responseCode: "5", responseStatus: "1" },
      { amountReceived: "1" },
      { state: "s".repeat(90), currencyCode: "c".repeat(90) },
      {},
      {},
    ].map((changes) => paidMessage(live, mine.live.gatewayMerchantId, changes));
    for (const [index, message] of messages.entries()) {
      secrets.set(`signature ${index}`, signMessage(message, mine.live.secret));
      secrets.set(`xref ${index}`, message["xref"] ?? "");
      const signature = partial(message, mine.live.secret);
      await callback(app, new URLSearchParams({ ...message, signature }).toString());
      await callback(app, signedBody(message, mine.live.secret));
      await bring(app, live.id, signedBody(message, mine.live.secret));
    }
    await chargeLive(app, mine, gateway, live, secrets);
    secrets.set("the shopper's address", "347 Lavender Road");
    secrets.set("the sandbox account's secret", await sandboxSecret(app, mine.id));
    secrets.set("the secrets key", config.secretsKey?.toString("base64") ?? keyFileOf(app));

    const log = app.logged.join("\n");
    t.match(log, /gateway result applied/);
    t.match(log, /gateway message refused/);
    t.match(log, /sandbox: a transaction was made/);
    const database = await dump(app);
    t.match(database, /"outcome":"completed"/);
    t.match(database, /"hash":/);
    // The sandbox gateway's own books know its references, as the original's do.
    const gatewaysOwn = new Set(["the sandbox's result, xref"]);
    for (const [what, secret] of secrets) {
      t.ok(secret.length >= 4, what);
      t.notOk(holds(log, secret), `the log: ${what}`);
      t.equal(holds(database, secret), gatewaysOwn.has(what), `the database: ${what}`);
    }
  },
);

/** The card of a live session is charged, and declined, by a gateway that answers both. */
async function chargeLive(
  app: TestApp,
  mine: TestMerchant,
  gateway: ScriptedGateway,
  { id }: Session,
  secrets: Map<string, string>,
): Promise<void> {
  const { json } = await app.call("GET", `/v1/checkout/sessions/${id}`, mine.liveKey);
  for (const [index, responseCode] of ["0", "51"].entries()) {
    gateway.answer(({ fields }) => {
      const target = { id: fields["orderRef"] ?? "", amount_total: 1200 };
      const { signature = "", xref: _xref, ...rest } = fields;
      const outcome = { responseCode, responseStatus: responseCode === "0" ? "0" : "1" };
      const sums = { amount: "1200", amountReceived: responseCode === "0" ? "1200" : "0" };
      const message = paidMessage(target, mine.live.gatewayMerchantId, { ...rest, ...outcome, ...sums });
      secrets.set(`charge ${index}, request`, signature);
      secrets.set(`charge ${index}, xref`, message["xref"] ?? "");
      secrets.set(`charge ${index}, signature`, signMessage(message, mine.live.secret));
      return { body: signedBody(message, mine.live.secret) };
    });
    await app.call("POST", "/v1/payment_intents", mine.liveKey, chargeOf(json.payment_method));
  }
  const { data } = (await app.call("GET", "/v1/payment_intents?limit=2", mine.liveKey)).json;
  const statuses = data.map(({ status }: { status: string }) => status);
  if (statuses.join() !== "requires_payment_method,succeeded") throw new Error(`Charged: ${statuses.join()}`);
}

function note(secrets: Map<string, string>, what: string, form: BrowserForm | undefined): void {
  for (const [name, value] of form?.fields ?? []) {
    if (name === "signature" || name === "xref") secrets.set(`${what}, ${name}`, value);
  }
}

function keyFileOf({ config }: TestApp): string {
  return readFileSync(path.join(config.dataDir, "secrets.key"), "utf8").trim();
}

async function sandboxSecret(app: TestApp, merchantId: string): Promise<string> {
  const store = await openStore(app.config, silent);
  try {
    const checkout = { ...store, clock: store.db.clock } as Parameters<typeof openGatewayAccount>[0];
    const account = await openGatewayAccount(checkout, { merchantId, livemode: false });
    return account?.secret ?? "";
  } finally {
    await store.db.close();
  }
}

/** The four digits of a code turn up in any time and id: they count where they stand alone. */
function holds(text: string, secret: string): boolean {
  return secret.length > 4 ? text.includes(secret) : new RegExp(`(?<!\\w)${secret}(?!\\w)`).test(text);
}

/** Every row of every table, and of the embedded engine the bytes of its files. */
async function dump({ db, config }: TestApp): Promise<string> {
  const listing =
    db.engine === "sqlite" ? "SELECT name FROM sqlite_master WHERE type = 'table'" : "SHOW TABLES";
  const names: Record<string, string>[] = await db.manager.query(listing);
  const rows: object[] = [];
  for (const table of names.flatMap(Object.values)) {
    rows.push(...(await db.manager.query(`SELECT * FROM ${table}`)));
  }
  const files =
    db.engine === "sqlite" ? readdirSync(config.dataDir).filter((name) => name !== "secrets.key") : [];
  const bytes = files.map((name) => readFileSync(path.join(config.dataDir, name), "latin1"));
  return [...rows.map(asText), ...bytes].join("\n");
}

function asText(row: object): string {
  return JSON.stringify(row, (_, value: unknown) => {
    const bytes = value as { type?: string; data?: number[] } | ArrayBuffer | null;
    if (bytes instanceof ArrayBuffer) return Buffer.from(bytes).toString("latin1");
    return bytes?.type === "Buffer" ? Buffer.from(bytes.data ?? []).toString("latin1") : value;
  });
}
