import {
  type AccountedResult,
  listMadeRefunds,
  listPaymentsOf,
  listRefundsOfSpan,
  listResultsOfSpan,
  type SpanPage,
  type TimeSpan,
} from "../../db/tables/day-accounts.js";
import type { Database } from "../../db/engine/database.js";
import type { PaymentIntentRow } from "../../db/tables/payment-intents.js";
import type { RefundRow } from "../../db/tables/refunds.js";
import { attemptReference } from "../../domain/attempt.js";
import type { HeldReason } from "../../domain/classification.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { currencyOfGateway } from "../../domain/money.js";
import type { AccountLine, HeldLine, PaymentLine, RefundLine } from "../../domain/settlement/account-line.js";

/**
 * A merchant's accounts of a time span: each payment that was received, each refund that was asked for, and each
 * payment that was held, as they stand now. Read page by page: however many there are, a page is all that is kept.
 */
export async function* accountLines(
  db: Database,
  scope: MerchantScope,
  span: TimeSpan,
): AsyncGenerator<AccountLine> {
  for (const outcome of ["completed", "held"] as const) {
    const read = (page: SpanPage): Promise<AccountedResult[]> =>
      listResultsOfSpan(db.manager, scope, outcome, page);
    for await (const results of pagesOf(span, read)) yield* await linesOf(db, results);
  }
  const read = (page: SpanPage): Promise<RefundRow[]> => listRefundsOfSpan(db.manager, scope, page);
  for await (const rows of pagesOf(span, read)) yield* rows.map(refundLine);
}

/** A page is read with its payments and their refunds by one question each. */
const PAGE = 500;

async function* pagesOf<Row extends { readonly id: string }>(
  span: TimeSpan,
  read: (page: SpanPage) => Promise<Row[]>,
): AsyncGenerator<Row[]> {
  for (let after = ""; ;) {
    const rows = await read({ ...span, after, limit: PAGE });
    if (rows.length > 0) yield rows;
    if (rows.length < PAGE) return;
    after = rows.at(-1)?.id ?? "";
  }
}

/** The result that a payment names is that payment. Any other held one pays nothing; any other success is a claim. */
async function linesOf(db: Database, results: readonly AccountedResult[]): Promise<AccountLine[]> {
  const sessions = results.map(({ sessionId }) => sessionId).filter((id) => id !== null);
  const intents = results.map(({ paymentIntentId }) => paymentIntentId).filter((id) => id !== null);
  const payments = await listPaymentsOf(db.manager, sessions, intents);
  const byResult = new Map(
    payments.filter(({ status }) => status === "succeeded").map((row) => [row.gatewayResultId, row]),
  );
  const paid = [...byResult.values()].map(({ id }) => id);
  const reduced = reductionsOf(await listMadeRefunds(db.manager, paid));
  return results.flatMap((result): AccountLine[] => {
    const payment = byResult.get(result.id);
    if (payment !== undefined) return [paymentLine(result, payment, reduced.get(payment.id) ?? 0)];
    return result.outcome === "held" && result.heldReason !== null
      ? [heldLine(result, result.heldReason)]
      : [];
  });
}

function reductionsOf(made: readonly RefundRow[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { paymentIntentId, amount, gatewayAction } of made) {
    const isOfSale = gatewayAction === "cancel" || gatewayAction === "capture";
    if (isOfSale) sums.set(paymentIntentId, (sums.get(paymentIntentId) ?? 0) + amount);
  }
  return sums;
}

function paymentLine(result: AccountedResult, payment: PaymentIntentRow, reduced: number): PaymentLine {
  return {
    kind: "payment",
    id: payment.id,
    time: result.receivedAt,
    amount: payment.amountReceived,
    currency: payment.currency,
    transaction: transactionOf(result),
    reference: referenceOf(result),
    sessionId: payment.sessionId,
    settlement: payment.settlement,
    reduced,
  };
}

function heldLine(result: AccountedResult, reason: HeldReason): HeldLine {
  return {
    kind: "held_payment",
    id: result.id,
    time: result.receivedAt,
    amount: result.amountReceived,
    currency: currencyOfGateway(result.currencyCode)?.code ?? null,
    transaction: transactionOf(result),
    reference: referenceOf(result),
    sessionId: result.sessionId,
    reason,
    resolution: result.resolution,
  };
}

function refundLine(refund: RefundRow): RefundLine {
  return {
    kind: "refund",
    id: refund.id,
    time: refund.createdAt,
    amount: refund.amount,
    currency: refund.currency,
    // A refund before settlement is none of its own at the gateway.
    transaction: null,
    reference: refund.gatewayAction === "refund" ? refund.id : null,
    paymentIntentId: refund.paymentIntentId,
    status: refund.status,
    action: refund.gatewayAction,
  };
}

/** The transaction's id at the gateway. Null where the key stands for a message without one. */
function transactionOf({ transactionKey }: AccountedResult): string | null {
  return TRANSACTION.exec(transactionKey)?.[1] ?? null;
}

const TRANSACTION = /^transaction:(.+)$/;

function referenceOf({ sessionId, paymentIntentId, reversalId, attempt }: AccountedResult): string | null {
  const target = sessionId ?? paymentIntentId;
  return target === null || attempt === null ? reversalId : attemptReference(target, attempt);
}
