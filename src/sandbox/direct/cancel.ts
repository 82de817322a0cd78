import { ACTION, STATE } from "../../domain/gateway-codes.js";
import {
  lockSandboxTransaction,
  type SandboxTransactionRow,
  updateSandboxTransaction,
} from "../tables/sandbox-transactions.js";
import { inTransaction } from "../../db/transaction.js";
import { ACTION_NOT_ALLOWED, REQUEST_MISMATCH } from "../protocol/faults.js";
import type { SandboxContext } from "../protocol/context.js";
import type { DirectAnswer, DirectRequest } from "./direct-request.js";
import { managementAnswer } from "./management-answer.js";
import { hasLapsed } from "../payments/current-result.js";
import { bringsNewData } from "./new-data.js";

/**
 * `CANCEL`: cancels a sale before it is tendered. Only sales: the guide speaks of "an existing transaction",
 * but does not say how a cancelled refund changes its sale's refunded amount.
 */
export async function cancel(
  { db }: SandboxContext,
  request: DirectRequest,
  found: SandboxTransactionRow,
): Promise<DirectAnswer> {
  if (bringsNewData(request.fields, found, [])) return { fault: REQUEST_MISMATCH };
  const change = { state: STATE.CANCELED, amountReceived: 0, changedAt: request.time };
  return await inTransaction(db, "READ COMMITTED", async (tx, { again }) => {
    const row = await lockSandboxTransaction(tx, found.id);
    // A run after a lost COMMIT finds its own change.
    const isDone = again && row.state === STATE.CANCELED && row.changedAt === request.time;
    if (!isDone && !isCancelable(row, request.time)) return { fault: ACTION_NOT_ALLOWED };
    if (!isDone) await updateSandboxTransaction(tx, row.id, change);
    return { result: managementAnswer(request, { ...row, ...change }, "Transaction cancelled.") };
  });
}

function isCancelable(row: SandboxTransactionRow, now: number): boolean {
  const isUnsettled = row.state === STATE.APPROVED || row.state === STATE.CAPTURED;
  return row.action === ACTION.SALE && isUnsettled && !hasLapsed(row, now);
}
