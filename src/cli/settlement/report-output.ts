import { once } from "node:events";

import { currencyByCode, decimalAmount } from "../../domain/money.js";
import {
  type AccountLine,
  type AccountSums,
  type CountedSum,
  netOf,
} from "../../domain/settlement/account-line.js";
import { SETTLEMENT } from "../../domain/settlement/settlement.js";
import { isoTime } from "../output.js";
import { csvLine } from "./csv.js";

/** A line of the accounts, with its merchant. */
export type ReportedLine = AccountLine & { readonly merchant: string };

/** Writes a report to standard output as it is read: a line is gone once it is written. */
export interface ReportOutput {
  line(line: ReportedLine): Promise<void>;
  end(sums: ReadonlyMap<string, AccountSums>): Promise<void>;
}

/** The names of what a line has, in order. */
const COLUMNS = [
  "kind",
  "id",
  "time",
  "merchant",
  "status",
  "settlement",
  "currency",
  "amount",
  "amount_decimal",
  "checkout_session",
  "payment_intent",
  "transaction",
  "transaction_unique",
  "count",
] as const;

type Row = Partial<Record<(typeof COLUMNS)[number], string | number | null>>;

/** One line of CSV for each line of the accounts, then one for each sum. */
export async function csvOutput(): Promise<ReportOutput> {
  const writeRow = (row: Row): Promise<void> => put(`${csvLine(COLUMNS.map((name) => row[name] ?? null))}\n`);
  await put(`${COLUMNS.join(",")}\n`);
  return {
    line: (line) => writeRow(rowOf(line)),
    async end(sums) {
      for (const row of sumRows(sums)) await writeRow(row);
    },
  };
}

/** One JSON object: `lines`, each on a line of its own, and `sums`. */
export async function jsonOutput(question: object): Promise<ReportOutput> {
  let separator = "";
  await put(`${JSON.stringify(question).slice(0, -1)},"lines":[`);
  return {
    async line(line) {
      await put(`${separator}\n${JSON.stringify(rowOf(line))}`);
      separator = ",";
    },
    async end(sums) {
      await put(`\n],"sums":${JSON.stringify(sumRows(sums))}}\n`);
    },
  };
}

/** Waits while the reader is slower than the database: what waits to be written would fill the memory. */
async function put(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, "drain");
}

function rowOf(line: ReportedLine): Row {
  const { kind, id, time, merchant, transaction, reference } = line;
  const shared = { kind, id, time: isoTime(time), merchant, ...moneyOf(line), transaction };
  if (line.kind === "payment") {
    const { settlement, sessionId } = line;
    const status = "succeeded";
    return { ...shared, status, settlement, checkout_session: sessionId, transaction_unique: reference };
  }
  if (line.kind === "refund") {
    return {
      ...shared,
      status: line.status,
      payment_intent: line.paymentIntentId,
      transaction_unique: reference,
    };
  }
  const status = line.resolution ?? line.reason;
  return { ...shared, status, checkout_session: line.sessionId, transaction_unique: reference };
}

function sumRows(sums: ReadonlyMap<string, AccountSums>): Row[] {
  const rows: Row[] = [];
  for (const currency of [...sums.keys()].toSorted((a, b) => (a < b ? -1 : 1))) {
    const own = sums.get(currency);
    if (own === undefined) continue;
    const add = (status: string, sum: CountedSum): void =>
      void rows.push({ kind: "sum", status, ...moneyOf({ amount: sum.amount, currency }), count: sum.count });
    add("payments", own.payments);
    add(SETTLEMENT.REJECTED, own.rejected);
    add("refunds", own.refunds);
    add("pending_refunds", own.pendingRefunds);
    add("held", own.held);
    rows.push({ kind: "sum", status: "net", ...moneyOf({ amount: netOf(own), currency }) });
  }
  return rows;
}

function moneyOf({ amount, currency }: { amount: number | null; currency: string | null }): Row {
  const known = currency === null ? undefined : currencyByCode(currency);
  const decimal = known === undefined || amount === null ? null : decimalAmount(amount, known);
  return { currency, amount, amount_decimal: decimal };
}
