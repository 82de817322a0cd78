import type { Test } from "tap";

import { updateGatewayAccount } from "../../src/db/tables/gateway-accounts.js";
import { type PaymentIntentRow, paymentIntents } from "../../src/db/tables/payment-intents.js";
import { type PendingAttemptRow, pendingAttempts } from "../../src/db/tables/pending-attempts.js";
import {
  sandboxTransactions,
  type SandboxTransactionRow,
} from "../../src/sandbox/tables/sandbox-transactions.js";
import { inTransaction } from "../../src/db/transaction.js";
import type { Config } from "../../src/start/config.js";
import {
  type ApiAnswer,
  createTestMerchant,
  startTestApp,
  type TestApp,
  testConfig,
  type TestMerchant,
  type TestParts,
} from "./app.js";
import { openPage } from "./browser.js";
import type { TestEngine } from "./database.js";
import { type PublicProxy, openPublicProxy } from "./public-proxy.js";
import { anOrder } from "./orders.js";
import { openDesk, type SandboxDesk } from "./sandbox-desk.js";

export const INTENTS = "/v1/payment_intents";
export const CUSTOMER = "cus_abc123";

const CARD = { cardNumber: "4929421234600821", cardExpiryMonth: "12", cardExpiryYear: "29", cardCVV: "356" };

/** A test merchant whose customer has paid once, and has left the card. Amounts decide what becomes of charges. */
export interface CardShop {
  readonly app: TestApp;
  readonly proxy: PublicProxy;
  readonly merchant: TestMerchant;
  readonly desk: SandboxDesk;
  /** Id of the stored card. */
  readonly card: string;
  /** Charges it, unless `changes` says otherwise; `key` is the idempotency key. */
  readonly charge: (changes?: Record<string, unknown>, key?: string) => Promise<ApiAnswer>;
  readonly call: (method: string, path: string, body?: unknown, key?: string) => Promise<ApiAnswer>;
  /** Has a shopper pay a session and leave a card; the id of it. */
  readonly storeCard: (card?: Record<string, string>, order?: Record<string, unknown>) => Promise<string>;
  /** The direct charges in the gateway's books, the oldest first. */
  readonly sales: () => Promise<SandboxTransactionRow[]>;
  /** The intents of direct charges, the oldest first. */
  readonly intents: () => Promise<PaymentIntentRow[]>;
  readonly pending: () => Promise<PendingAttemptRow[]>;
  /** Moves the merchant's test clock. */
  readonly advance: (seconds: number) => Promise<void>;
  /** Another process of the same service. */
  readonly restart: (parts?: TestParts) => Promise<TestApp>;
}

export async function openCardShop(
  t: Test,
  engine: TestEngine,
  parts: TestParts = {},
  changes: Partial<Config> = {},
): Promise<CardShop> {
  const proxy = await openPublicProxy(t);
  const config = testConfig(engine, { publicUrl: proxy.url, metricsPort: 0, ...changes });
  const merchant = await createTestMerchant(config);
  const app = await startTestApp(t, config, parts);
  proxy.forwardTo(app.local);
  const call: CardShop["call"] = (method, path, body, key) =>
    app.call(method, path, merchant.testKey, body, key === undefined ? {} : { "idempotency-key": key });
  const storeCard: CardShop["storeCard"] = async (card = {}, order = {}) => {
    const { json } = await call("POST", "/v1/checkout/sessions", anOrder({ customer: CUSTOMER, ...order }));
    const cardPage = await (await openPage(json.url)).forms[0]?.submit();
    await cardPage?.forms[0]?.submit({ ...CARD, ...card });
    return (await call("GET", `/v1/checkout/sessions/${json.id}`)).json.payment_method;
  };
  const card = await storeCard();
  const desk = await openDesk(app, merchant, "amount_bands");
  await desk.setFaults("");
  const books = () => app.db.manager.find(sandboxTransactions, { order: { createdAt: "ASC", id: "ASC" } });
  return {
    app,
    proxy,
    merchant,
    desk,
    card,
    call,
    storeCard,
    charge: (changes = {}, key) => call("POST", INTENTS, { ...chargeOf(card), ...changes }, key),
    sales: async () => (await books()).filter(({ transactionUnique }) => transactionUnique.startsWith("pi_")),
    intents: async () =>
      (await app.db.manager.find(paymentIntents, { order: { id: "ASC" } })).filter(
        ({ sessionId }) => sessionId === null,
      ),
    pending: async () =>
      (await app.db.manager.find(pendingAttempts)).filter(({ targetId }) => targetId.startsWith("pi_")),
    advance: async (seconds) => {
      await call("POST", "/v1/test_helpers/clock/advance", { seconds });
    },
    restart: async (others = {}) => {
      const next = await startTestApp(t, config, others);
      proxy.forwardTo(next.local);
      return next;
    },
  };
}

/** What is charged where nothing else is said. */
export function chargeOf(card: string): Record<string, unknown> {
  return {
    customer: CUSTOMER,
    payment_method: card,
    amount: 1200,
    currency: "gbp",
    confirm: true,
    off_session: true,
  };
}

/** The operator takes the token of the merchant's transaction search away. */
export async function takeSearchAway({ app, merchant }: CardShop): Promise<void> {
  const scope = { merchantId: merchant.id, livemode: false };
  await inTransaction(app.db, "READ COMMITTED", (tx) =>
    updateGatewayAccount(tx, scope, { restTokenSealed: null }),
  );
}
