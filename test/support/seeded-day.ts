import { gatewayResults } from "../../src/db/tables/gateway-results.js";
import { type PaymentIntentRow, paymentIntents } from "../../src/db/tables/payment-intents.js";
import { type RefundRow, refunds } from "../../src/db/tables/refunds.js";
import { insertRows, type NewRow } from "../../src/db/query/insert.js";
import { inTransaction } from "../../src/db/transaction.js";
import { SETTLEMENT } from "../../src/domain/settlement/settlement.js";
import { newId } from "../../src/lib/ids.js";
import {
  type SandboxTransactionRow,
  sandboxTransactions,
} from "../../src/sandbox/tables/sandbox-transactions.js";
import type { TestApp, TestMerchant } from "./app.js";

/** One payment, as the service and the gateway have it, with what was refunded of it. */
export interface SeededPayment {
  readonly payment: string;
  readonly transaction: string;
  readonly refund: string | undefined;
}

/** A day with so many payments. */
export interface SeededDay {
  /** 00:00 UTC. */
  readonly from: number;
  readonly payments: number;
}

const CURRENCIES = [
  ["gbp", "826"],
  ["jpy", "392"],
  ["kwd", "414"],
] as const;

const DAY = 24 * 3_600_000;
const BATCH = 250;

/**
 * Writes a day of payments of one merchant's test mode straight into the tables, on both sides: a tenth refunded after
 * settlement, a twenty-fifth captured with less, and some rejected.
 */
export async function seedDay(
  { db }: TestApp,
  merchant: TestMerchant,
  { from, payments }: SeededDay,
): Promise<SeededPayment[]> {
  const seeded: SeededPayment[] = [];
  for (let first = 0; first < payments; first += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, payments - first) }, (_, at) =>
      rowsOf(merchant, first + at, from + Math.floor(((first + at) * DAY) / payments)),
    );
    await inTransaction(db, "READ COMMITTED", async (tx) => {
      await insertRows(tx, gatewayResults, ...batch.map(({ result }) => result));
      await insertRows(tx, paymentIntents, ...batch.map(({ intent }) => intent));
      await insertRows(tx, sandboxTransactions, ...batch.flatMap(({ atGateway }) => atGateway));
      const made = batch.flatMap(({ refund }) => (refund === undefined ? [] : [refund]));
      if (made.length > 0) await insertRows(tx, refunds, ...made);
    });
    seeded.push(
      ...batch.map(({ intent, atGateway, refund }) => ({
        payment: intent.id,
        transaction: atGateway[0].id,
        refund: refund?.id,
      })),
    );
  }
  return seeded;
}

/** Numbers that spread widely, the same in each run. */
function amountOf(number: number): number {
  return 100 + ((number * 7919) % 99_991);
}

function rowsOf(merchant: TestMerchant, number: number, time: number) {
  const [currency, currencyCode] = CURRENCIES[number % CURRENCIES.length] ?? CURRENCIES[0];
  const amount = amountOf(number);
  const isRejected = number % 97 === 0;
  const action = isRejected
    ? undefined
    : number % 10 === 1
      ? "refund"
      : number % 25 === 2
        ? "capture"
        : undefined;
  const back = action === undefined ? 0 : Math.ceil(amount / 3);
  const transaction = String(40_000_000 + number);
  const money = { amount, back, currency, currencyCode };
  const { intent, result } = paidRows(merchant, { ...money, transaction, time, isRejected });
  const refund = action && refundRow(merchant, { ...money, payment: intent.id, time, action });
  const sale = sandboxRow({
    id: transaction,
    transactionUnique: `${intent.id}-1`,
    currencyCode,
    amount,
    amountReceived: action === "capture" ? amount - back : amount,
    state: isRejected ? "rejected" : "accepted",
    time,
  });
  if (action !== "refund" || refund === undefined)
    return { intent, result, refund, atGateway: [sale] as const };
  const sums = { currencyCode, amount: back, amountReceived: back, state: "accepted", time };
  const own = sandboxRow({
    id: `7${transaction}`,
    transactionUnique: refund.id,
    ...sums,
    saleId: transaction,
  });
  return { intent, result, refund, atGateway: [sale, own] as const };
}

interface Money {
  readonly amount: number;
  /** How much was refunded. */
  readonly back: number;
  readonly currency: string;
  readonly currencyCode: string;
  readonly time: number;
}

function paidRows(
  { id: merchantId }: TestMerchant,
  { amount, back, currency, currencyCode, time, transaction, isRejected }: Money & Paid,
) {
  const scope = { merchantId, livemode: false };
  const [payment, resultId] = [newId("pi", time), newId("gr", time)];
  const intent: NewRow<PaymentIntentRow> = {
    ...scope,
    id: payment,
    status: "succeeded",
    amount,
    amountReceived: amount,
    amountRefunded: back,
    currency,
    gatewayResultId: resultId,
    attempt: 1,
    offSession: true,
    metadata: {},
    createdAt: time,
    settlement: isRejected ? SETTLEMENT.REJECTED : SETTLEMENT.ACCEPTED,
  };
  const result = {
    ...scope,
    id: resultId,
    paymentIntentId: payment,
    attempt: 1,
    transactionKey: `transaction:${transaction}`,
    outcome: "completed" as const,
    amount,
    amountReceived: amount,
    currencyCode,
    state: "captured",
    via: "direct" as const,
    messageSealed: Buffer.alloc(1),
    receivedAt: time,
  };
  return { intent, result };
}

interface Paid {
  readonly transaction: string;
  readonly isRejected: boolean;
}

function refundRow(
  { id: merchantId }: TestMerchant,
  { back, currency, time, payment, action }: Money & { payment: string; action: "refund" | "capture" },
): NewRow<RefundRow> {
  return {
    merchantId,
    livemode: false,
    id: newId("re", time),
    paymentIntentId: payment,
    amount: back,
    currency,
    status: "succeeded",
    metadata: {},
    createdAt: time,
    gatewayAction: action,
    attempts: 0,
  };
}

interface Entry extends Pick<
  SandboxTransactionRow,
  "id" | "transactionUnique" | "currencyCode" | "amount" | "amountReceived" | "state"
> {
  readonly time: number;
  readonly saleId?: string;
}

function sandboxRow({ time, ...entry }: Entry): NewRow<SandboxTransactionRow> {
  return {
    ...entry,
    xref: `X${entry.id}`,
    gatewayMerchantId: "seeded",
    action: entry.saleId === undefined ? "SALE" : "REFUND_SALE",
    type: "1",
    responseCode: 0,
    responseStatus: 0,
    responseMessage: "",
    amountRefunded: 0,
    result: [],
    createdAt: time,
    changedAt: time,
    faults: "",
  };
}

/** A line of the gateway's list of transactions. */
export type GatewayRow = Record<
  "transactionID" | "transactionUnique" | "action" | "state" | "amountReceived" | "currencyCode",
  string
>;

/** What the gateway's own books list. */
export async function gatewayRows({ db }: TestApp): Promise<GatewayRow[]> {
  const rows = await db.manager.find(sandboxTransactions, { order: { id: "ASC" } });
  return rows.map((row) => ({
    transactionID: row.id,
    transactionUnique: row.transactionUnique,
    action: row.action,
    state: row.state,
    amountReceived: String(row.amountReceived),
    currencyCode: row.currencyCode,
  }));
}

/** The list as CSV. */
export function asCsv(rows: readonly GatewayRow[]): string {
  const names = Object.keys(rows[0] ?? {}) as (keyof GatewayRow)[];
  return [names.join(","), ...rows.map((row) => names.map((name) => row[name]).join(","))].join("\r\n");
}
