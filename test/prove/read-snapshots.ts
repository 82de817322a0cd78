import { checkoutSessions } from "../../src/db/checkout-sessions.js";
import type { Database } from "../../src/db/database.js";
import { events } from "../../src/db/events.js";
import { gatewayResults } from "../../src/db/gateway-results.js";
import { paymentIntents } from "../../src/db/payment-intents.js";
import { sandboxTransactions } from "../../src/db/sandbox-transactions.js";
import { parseAttemptReference } from "../../src/domain/attempt-reference.js";
import { currencyOfGateway } from "../../src/domain/money.js";
import type { Chronicle } from "./chronicle.js";
import type { Answers, Books, Charge, Ledger } from "./snapshots.js";

/** The ledger: what the gateway's tables say. */
export async function readLedger({ manager }: Database): Promise<Ledger> {
  const rows = await manager.find(sandboxTransactions, { order: { createdAt: "ASC" } });
  return rows.map((row): Charge => {
    const reference = parseAttemptReference(row.transactionUnique);
    return {
      transaction: row.id,
      session: reference?.subjectId ?? "",
      attempt: reference?.attempt ?? 0,
      code: row.responseCode,
      received: row.amountReceived,
      currency: currencyOfGateway(row.currencyCode)?.code ?? row.currencyCode,
      at: row.createdAt,
    };
  });
}

/** What the service's tables say. */
export async function readBooks({ manager }: Database): Promise<Books> {
  const sessions = await manager.find(checkoutSessions);
  const results = await manager.find(gatewayResults);
  const intents = await manager.find(paymentIntents);
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
    results: results.map(({ sessionId, transactionKey, outcome, heldReason }) => {
      return { session: sessionId, transaction: transactionOf(transactionKey), outcome, heldReason };
    }),
    intents: intents.map(({ id, sessionId, amount, currency }) => ({
      id,
      session: sessionId ?? "none",
      amount,
      currency,
    })),
    events: (await manager.find(events)).map(({ type, objectId }) => ({ type, object: objectId })),
  };
}

/** The gateway's transaction that a `transactionKey` names; a key of another kind stays as it is. */
function transactionOf(key: string): string {
  return key.replace(/^transaction:/, "");
}

/** What the service has answered to merchants, shoppers and gateway. */
export function answersOf({ created, deliveries, reads, faultyAnswers }: Chronicle): Answers {
  return { created, deliveries, reads, faulty: faultyAnswers };
}
