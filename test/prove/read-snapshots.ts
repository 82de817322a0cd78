import { fieldText } from "../../src/cardstream/fields.js";
import { checkoutSessions } from "../../src/db/checkout-sessions.js";
import type { Database } from "../../src/db/database.js";
import { events } from "../../src/db/events.js";
import { gatewayResults } from "../../src/db/gateway-results.js";
import { paymentIntents } from "../../src/db/payment-intents.js";
import { pendingAttempts } from "../../src/db/pending-attempts.js";
import { sandboxTransactions, type SandboxTransactionRow } from "../../src/db/sandbox-transactions.js";
import { parseAttemptReference } from "../../src/domain/attempt-reference.js";
import { currencyOfGateway } from "../../src/domain/money.js";
import { grouped } from "./case-file.js";
import type { Chronicle } from "./chronicle.js";
import type { Answers, Books, Charge, HeldAnswer, Ledger } from "./snapshots.js";

/** The ledger: what the gateway's tables say. */
export async function readLedger({ manager }: Database): Promise<Ledger> {
  const rows = await manager.find(sandboxTransactions, { order: { createdAt: "ASC" } });
  const refunds = grouped(rows, ({ saleId }) => saleId ?? "");
  return rows
    .filter(({ saleId }) => saleId === null)
    .map((sale) =>
      chargeOf(
        sale,
        (refunds.get(sale.id) ?? []).filter(({ amountReceived }) => amountReceived > 0),
      ),
    );
}

/** A cancelled sale keeps what it received in its first answer only. */
function chargeOf(sale: SandboxTransactionRow, refunds: readonly SandboxTransactionRow[]): Charge {
  const reference = parseAttemptReference(sale.transactionUnique);
  const received = Number(fieldText(sale.result, "amountReceived"));
  const cancelled = sale.state === "canceled" ? [received] : [];
  const returns = [...cancelled, ...refunds.map(({ amountReceived }) => amountReceived)];
  return {
    transaction: sale.id,
    session: reference?.subjectId ?? "",
    attempt: reference?.attempt ?? 0,
    code: sale.responseCode,
    received,
    returned: returns.reduce((sum, amount) => sum + amount, 0),
    returns: returns.length,
    currency: currencyOfGateway(sale.currencyCode)?.code ?? sale.currencyCode,
    at: sale.createdAt,
  };
}

/** What the service's tables say. */
export async function readBooks({ manager }: Database): Promise<Books> {
  const sessions = await manager.find(checkoutSessions);
  const results = await manager.find(gatewayResults);
  const intents = await manager.find(paymentIntents);
  const pending = await manager.find(pendingAttempts);
  return {
    sessions: sessions.map((row) => ({
      id: row.id,
      number: Number(row.clientReferenceId),
      status: row.status,
      amount: row.amountTotal,
      currency: row.currency,
      completedBy: row.completedBy === null ? null : transactionOf(row.completedBy),
      paymentIntent: row.paymentIntentId,
      expiredAt: row.expiredAt,
    })),
    results: results.map(
      ({ id, sessionId, transactionKey, outcome, heldReason, via, receivedAt, resolution }) => {
        const transaction = transactionOf(transactionKey);
        return { id, session: sessionId, transaction, outcome, heldReason, via, receivedAt, resolution };
      },
    ),
    intents: intents.map(({ id, sessionId, amount, currency }) => ({
      id,
      session: sessionId ?? "none",
      amount,
      currency,
    })),
    events: (await manager.find(events)).map(({ type, objectId }) => ({ type, object: objectId })),
    pending: pending.map(({ subjectId }) => subjectId),
  };
}

/** The gateway's transaction that a `transactionKey` names; a key of another kind stays as it is. */
function transactionOf(key: string): string {
  return key.replace(/^transaction:/, "");
}

/** What the service has answered to merchants, shoppers and gateway; `held` as all merchants list it in the end. */
export function answersOf(chronicle: Chronicle, held: readonly HeldAnswer[]): Answers {
  const { created, deliveries, reads, decisions, listed, faultyAnswers } = chronicle;
  return { created, deliveries, reads, decisions, listed, held, faulty: faultyAnswers };
}
