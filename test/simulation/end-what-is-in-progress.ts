import {
  sandboxTransactions,
  type SandboxTransactionRow,
} from "../../src/sandbox/tables/sandbox-transactions.js";
import { inTransaction } from "../../src/db/transaction.js";
import { parseAttemptReference } from "../../src/domain/attempt.js";
import { readHostedRequest } from "../../src/sandbox/payments/hosted-request.js";
import { OUTCOMES } from "../../src/sandbox/payments/outcomes.js";
import { NO_FAULTS } from "../../src/sandbox/payments/planned-faults.js";
import { asRequested } from "../../src/sandbox/payments/transaction-row.js";
import type { Plan } from "./plan.js";
import type { Environment } from "./environment.js";

/** At the gateway, what was in progress ends: paid or declined. It tells nobody; who wants to know has to ask. */
export async function endWhatIsInProgress(
  environment: Environment,
  planOf: (session: string) => Plan | undefined,
): Promise<void> {
  const { responseCode } = OUTCOMES.in_progress;
  const rows = await environment.ledger.manager.find(sandboxTransactions, { where: { responseCode } });
  for (const row of rows) {
    const session = parseAttemptReference(row.transactionUnique)?.targetId ?? "";
    const isPaid = planOf(session)?.endsPaid === true;
    environment.history.note(
      session,
      `transaction ${row.id} ends at the gateway: ${isPaid ? "paid" : "declined"}`,
    );
    await inTransaction(environment.ledger, "READ COMMITTED", (tx) =>
      tx
        .createQueryBuilder()
        .update(sandboxTransactions)
        .set(ended(row, isPaid))
        .where({ id: row.id })
        .execute(),
    );
  }
}

function ended(row: SandboxTransactionRow, isPaid: boolean) {
  const outcome = isPaid ? OUTCOMES.approve : OUTCOMES.decline;
  const asked = asRequested({ outcome, faults: NO_FAULTS }, readHostedRequest(row.result));
  const { responseCode, responseStatus, state } = asked;
  const amountReceived = isPaid ? row.amount : 0;
  const changes = new Map(
    Object.entries({ responseCode, responseStatus, state, amountReceived }).map(([name, value]) => [
      name,
      String(value),
    ]),
  );
  const result = row.result.map(([name, value]) => [name, changes.get(name) ?? value] as const);
  return { responseCode, responseStatus, state, amountReceived, result };
}
