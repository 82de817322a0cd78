import type { Test } from "tap";

import type { CheckoutPoint } from "../../src/checkout/context.js";
import type { Config } from "../../src/start/config.js";
import {
  sandboxTransactions,
  type SandboxTransactionRow,
} from "../../src/sandbox/tables/sandbox-transactions.js";
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
import { aLineItem, anOrder } from "./orders.js";
import { openDesk, type SandboxDesk } from "./sandbox-desk.js";

const CARD = { cardNumber: "4929421234600821", cardExpiryMonth: "12", cardExpiryYear: "29", cardCVV: "356" };

/** A merchant with a paid test session, and the gateway's books. */
export interface PaidStory {
  readonly app: TestApp;
  readonly config: Config;
  readonly merchant: TestMerchant;
  readonly desk: SandboxDesk;
  /** Set how many milliseconds it is ahead to be at another time. */
  readonly clock: { ahead: number };
  /** Id of the payment. */
  readonly payment: string;
  readonly refund: (body?: object, headers?: Record<string, string>) => Promise<ApiAnswer>;
  /** The refunds as their merchant lists them, the oldest first. */
  readonly list: () => Promise<Record<string, unknown>[]>;
  readonly readPayment: () => Promise<Record<string, unknown>>;
  /** The types of the events about refunds, in order. */
  readonly events: () => Promise<string[]>;
  readonly sale: () => Promise<SandboxTransactionRow>;
  /** The refunds in the gateway's books. */
  readonly refundsAtGateway: () => Promise<SandboxTransactionRow[]>;
  /** What the gateway's direct endpoint has carried out, by the `action` of its answers, in order. */
  readonly told: () => string[];
}

export interface PaidParts extends TestParts {
  readonly amount?: number;
  /** The faults that the direct endpoint has from the moment when money is to be sent back for the first time. */
  readonly lost?: string;
}

/** A service at its own sandbox, on a clock that the story may set. */
export async function openPaid(
  t: Test,
  engine: TestEngine,
  { amount = 2000, lost, ...parts }: PaidParts = {},
): Promise<PaidStory> {
  const config = testConfig(engine, { metricsPort: 0 });
  const merchant = await createTestMerchant(config);
  const clock = { ahead: 0, now: () => Date.now() + clock.ahead };
  const fails = { next: lost };
  const checkpoint = async (point: CheckoutPoint): Promise<void> => {
    if (point === "refund to be sent" && fails.next !== undefined) {
      await desk.setFaults(fails.next);
      fails.next = undefined;
    }
    await parts.checkpoint?.(point);
  };
  const app = await startTestApp(t, config, { clock, ...parts, checkpoint });
  const desk = await openDesk(app, merchant);
  const payment = await pay(app, merchant, amount);
  return { config, desk, clock, ...storyAt(app, merchant, payment) };
}

/** The same story at another process of the service. */
export function storyAt(app: TestApp, merchant: TestMerchant, payment: string) {
  const get = async (path: string) => (await app.call("GET", path, merchant.testKey)).json;
  const rows = async (action: string) =>
    await app.db.manager.find(sandboxTransactions, {
      where: { action },
      order: { createdAt: "ASC", id: "ASC" },
    });
  return {
    app,
    merchant,
    payment,
    refund: async (body: object = {}, headers: Record<string, string> = {}) =>
      await app.call("POST", "/v1/refunds", merchant.testKey, { payment_intent: payment, ...body }, headers),
    list: async () => (await get(`/v1/refunds?payment_intent=${payment}&limit=100`)).data.toReversed(),
    readPayment: async () => await get(`/v1/payment_intents/${payment}`),
    async events() {
      const stored: { type: string }[] = await app.db.manager.query("SELECT type FROM event ORDER BY id");
      return stored.map(({ type }) => type).filter((type) => type.includes("refund"));
    },
    async sale() {
      const [sale] = await rows("SALE");
      if (sale === undefined) throw new Error("Nothing was paid.");
      return sale;
    },
    refundsAtGateway: () => rows("REFUND_SALE"),
    told: () => carriedOut(app),
  };
}

async function pay(app: TestApp, { testKey }: TestMerchant, amount: number): Promise<string> {
  const order = anOrder({ line_items: [aLineItem({ unit_amount: amount })] });
  const { json } = await app.call("POST", "/v1/checkout/sessions", testKey, order);
  const cardPage = await (await openPage(json.url)).forms[0]?.submit();
  const leading = await cardPage?.forms[0]?.submit(CARD);
  await leading?.forms[0]?.submit();
  return (await app.call("GET", `/v1/checkout/sessions/${json.id}`, testKey)).json.payment_intent;
}

function carriedOut({ logged }: TestApp): string[] {
  return logged
    .map((line) => JSON.parse(line) as { msg: string; action: string })
    .filter(({ msg }) => msg === "sandbox: a direct request was answered")
    .map(({ action }) => action);
}
