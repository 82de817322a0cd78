import type { EntityManager } from "typeorm";

import type { ResultOutcome } from "../../domain/classification.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { firstId, type IdPrefix } from "../../lib/ids.js";
import { placeholdersFor, selectColumns, selectRows } from "../query/select.js";
import { columnsOf, type PartOf } from "../query/table.js";
import { gatewayResults } from "./gateway-results.js";
import { type PaymentIntentRow, paymentIntents } from "./payment-intents.js";
import { type RefundRow, refunds } from "./refunds.js";

/** From when until when, in milliseconds since the epoch by the merchant's clock; the end is not in it. */
export interface TimeSpan {
  readonly from: number;
  readonly until: number;
}

/** One page of what happened in a time span, by age: at most `limit` rows after the id `after`, "" for the first. */
export interface SpanPage extends TimeSpan {
  readonly after: string;
  readonly limit: number;
}

const OF_ACCOUNTS = columnsOf(
  gatewayResults,
  "id",
  "merchantId",
  "livemode",
  "sessionId",
  "paymentIntentId",
  "reversalId",
  "attempt",
  "transactionKey",
  "outcome",
  "heldReason",
  "amount",
  "amountReceived",
  "currencyCode",
  "receivedAt",
  "resolution",
  "via",
);

/** A gateway result, as far as the accounts of a day need it. */
export type AccountedResult = PartOf<typeof OF_ACCOUNTS>;

/** The merchant's results with this outcome, by when they were stored: ids begin with their time. */
export async function listResultsOfSpan(
  db: EntityManager,
  { merchantId, livemode }: MerchantScope,
  outcome: ResultOutcome,
  page: SpanPage,
): Promise<AccountedResult[]> {
  const condition =
    "WHERE merchant_id = ? AND livemode = ? AND outcome = ? AND id > ? AND id < ? ORDER BY id LIMIT ?";
  const values = [merchantId, livemode, outcome, ...idsOf("gr", page), page.limit];
  return await selectColumns(db, OF_ACCOUNTS, condition, values);
}

/** The merchant's refunds, by when they were created. */
export async function listRefundsOfSpan(
  db: EntityManager,
  { merchantId, livemode }: MerchantScope,
  page: SpanPage,
): Promise<RefundRow[]> {
  const condition = "WHERE merchant_id = ? AND livemode = ? AND id > ? AND id < ? ORDER BY id LIMIT ?";
  return await selectRows(db, refunds, condition, [merchantId, livemode, ...idsOf("re", page), page.limit]);
}

/** The payments of these sessions, and those with these ids, in any order. */
export async function listPaymentsOf(
  db: EntityManager,
  sessionIds: readonly string[],
  ids: readonly string[],
): Promise<PaymentIntentRow[]> {
  const of = async (column: string, values: readonly string[]): Promise<PaymentIntentRow[]> =>
    values.length === 0
      ? []
      : await selectRows(db, paymentIntents, `WHERE ${column} IN (${placeholdersFor(values)})`, values);
  return [...(await of("session_id", sessionIds)), ...(await of("id", ids))];
}

/** The refunds of these payments that were made, in any order. */
export async function listMadeRefunds(
  db: EntityManager,
  paymentIds: readonly string[],
): Promise<RefundRow[]> {
  if (paymentIds.length === 0) return [];
  const condition = `WHERE payment_intent_id IN (${placeholdersFor(paymentIds)}) AND status = 'succeeded'`;
  return await selectRows(db, refunds, condition, paymentIds);
}

/** The results of this transaction that speak of money, on whatever day they were stored. */
export async function findAccountedResults(
  db: EntityManager,
  { merchantId, livemode }: MerchantScope,
  transactionKey: string,
): Promise<AccountedResult[]> {
  const condition =
    "WHERE merchant_id = ? AND livemode = ? AND transaction_key = ? AND outcome IN ('completed', 'held', 'refunded')";
  return await selectColumns(db, OF_ACCOUNTS, condition, [merchantId, livemode, transactionKey]);
}

function idsOf(prefix: IdPrefix, { from, until, after }: SpanPage): [string, string] {
  const first = firstId(prefix, from);
  return [after > first ? after : first, firstId(prefix, until)];
}
