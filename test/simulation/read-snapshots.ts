import { fieldText } from "../../src/cardstream/fields.js";
import { checkoutSessions } from "../../src/db/tables/checkout-sessions.js";
import type { Database } from "../../src/db/engine/database.js";
import { events } from "../../src/db/tables/events.js";
import { type GatewayResultRow, gatewayResults } from "../../src/db/tables/gateway-results.js";
import { type PaymentIntentRow, paymentIntents } from "../../src/db/tables/payment-intents.js";
import { pendingAttempts } from "../../src/db/tables/pending-attempts.js";
import { refunds } from "../../src/db/tables/refunds.js";
import {
  sandboxTransactions,
  type SandboxTransactionRow,
} from "../../src/sandbox/tables/sandbox-transactions.js";
import { parseAttemptReference } from "../../src/domain/attempt.js";
import { ACTION } from "../../src/domain/gateway-codes.js";
import { currencyOfGateway } from "../../src/domain/money.js";
import { grouped } from "./evidence.js";
import type { History } from "./history.js";
import type {
  Answers,
  AuthorizedSale,
  Books,
  Charge,
  IntentRecord,
  Ledger,
  Lists,
  ResultRecord,
} from "./snapshots.js";

/** The ledger: what the gateway's tables say. */
export async function readLedger({ manager }: Database): Promise<Ledger> {
  const rows = await manager.find(sandboxTransactions, { order: { createdAt: "ASC" } });
  const refundsOf = grouped(rows, ({ saleId }) => saleId ?? "");
  return rows
    .filter(({ saleId }) => saleId === null)
    .map((sale) =>
      chargeOf(
        sale,
        (refundsOf.get(sale.id) ?? []).filter(({ amountReceived }) => amountReceived > 0),
      ),
    );
}

/**
 * A sale that was cancelled, or captured with less, keeps what it received in its first answer only; one that was only
 * authorized, what its capture took.
 */
function chargeOf(sale: SandboxTransactionRow, refunds: readonly SandboxTransactionRow[]): Charge {
  const reference = parseAttemptReference(sale.transactionUnique);
  const isAuthorized = fieldText(sale.result, "state") === "approved";
  const received = isAuthorized
    ? (sale.amountCaptured ?? 0)
    : Number(fieldText(sale.result, "amountReceived"));
  const refunded = refunds.reduce((sum, { amountReceived }) => sum + amountReceived, 0);
  return {
    transaction: sale.id,
    session: reference?.targetId ?? "",
    attempt: reference?.attempt ?? 0,
    code: sale.responseCode,
    state: sale.state,
    received,
    returned: received === 0 ? 0 : received - sale.amountReceived + refunded,
    returns: refunds.length + (sale.state === "canceled" && received > 0 ? 1 : 0),
    refunds: refunds.map(({ transactionUnique, amountReceived }) => ({
      reference: transactionUnique,
      amount: amountReceived,
    })),
    currency: currencyOfGateway(sale.currencyCode)?.code ?? sale.currencyCode,
    at: sale.createdAt,
    ...(isAuthorized ? { authorized: authorizedSale(sale) } : {}),
    ...(sale.action === ACTION.VERIFY && sale.responseCode === 0 ? { verified: true } : {}),
  };
}

function authorizedSale(sale: SandboxTransactionRow): AuthorizedSale {
  const amount = Number(fieldText(sale.result, "amountReceived"));
  return { state: sale.state, amount, refusedCaptures: sale.capturesRefused ?? 0 };
}

/** What the service's tables say; sessions last, which are as far as their results at least. */
export async function readBooks({ manager }: Database): Promise<Books> {
  const results = await manager.find(gatewayResults);
  const intents = await manager.find(paymentIntents);
  const sessions = await manager.find(checkoutSessions);
  const pending = await manager.find(pendingAttempts);
  return {
    sessions: sessions.map((row) => ({
      id: row.id,
      number: Number(row.clientReferenceId),
      mode: row.mode ?? "payment",
      status: row.status,
      amount: row.amountTotal,
      currency: row.currency,
      completedBy: row.completedBy === null ? null : transactionOf(row.completedBy),
      paymentIntent: row.paymentIntentId,
      expiredAt: row.expiredAt,
    })),
    results: results.filter((row) => !isClaim(row)).map(resultOf),
    intents: intents.map((row) => intentOf(row, results)),
    refunds: (await manager.find(refunds)).map(({ id, paymentIntentId: payment, amount, status }) => ({
      id,
      payment,
      amount,
      status,
    })),
    events: (await manager.find(events)).map(({ type, objectId }) => ({ type, object: objectId })),
    pending: pending.map(({ targetId }) => targetId),
  };
}

/** No message, but what keeps a transaction that a person has accepted or returned from paying again. */
function isClaim({ via, outcome }: GatewayResultRow): boolean {
  return via === "nobody" && outcome === "completed";
}

function resultOf(row: GatewayResultRow): ResultRecord {
  const { id, sessionId, paymentIntentId, transactionKey, outcome, heldReason } = row;
  const { via, receivedAt, resolution, reversalId: reversal } = row;
  const transaction = transactionOf(transactionKey);
  const subject = { session: sessionId, payment: paymentIntentId, reversal };
  return { id, ...subject, transaction, outcome, heldReason, via, receivedAt, resolution };
}

function intentOf(row: PaymentIntentRow, results: readonly GatewayResultRow[]): IntentRecord {
  const decisive = results.find(({ id }) => id === row.gatewayResultId);
  return {
    id: row.id,
    session: row.sessionId,
    status: row.status,
    amount: row.amount,
    received: row.amountReceived,
    refunded: row.amountRefunded,
    currency: row.currency,
    isAuthorization: row.captureBefore !== null,
    cancellationReason: row.cancellationReason,
    settlement: row.settlement,
    decidedBy: decisive === undefined ? null : transactionOf(decisive.transactionKey),
  };
}

/** The gateway's transaction that a `transactionKey` names; a key of another kind stays as it is. */
function transactionOf(key: string): string {
  return key.replace(/^transaction:/, "");
}

/** What the service has answered to merchants, shoppers and gateway; `lists` as all merchants see them in the end. */
export function answersOf(history: History, lists: Lists): Answers {
  const { created, deliveries, reads, decisions, orders, challenges, listed, faultyAnswers } = history;
  return {
    ...lists,
    created,
    deliveries,
    reads,
    decisions,
    orders,
    challenges,
    listed,
    faulty: faultyAnswers,
  };
}
