import { ACTION, STATE } from "../../domain/gateway-codes.js";
import { fieldText } from "../../cardstream/fields.js";
import {
  lockSandboxTransaction,
  type SandboxTransactionRow,
  updateSandboxTransaction,
} from "../tables/sandbox-transactions.js";
import { inTransaction, type Tx } from "../../db/transaction.js";
import { ACTION_NOT_ALLOWED, invalidField, REQUEST_MISMATCH } from "../protocol/faults.js";
import { isAmount, withMinorUnits } from "../payments/order-checks.js";
import type { SandboxContext } from "../protocol/context.js";
import type { DirectAnswer, DirectRequest } from "./direct-request.js";
import { managementAnswer } from "./management-answer.js";
import { hasLapsed } from "../payments/current-result.js";
import { bringsNewData } from "./new-data.js";

/**
 * `CAPTURE`: captures an approved sale, in full or in part; or reduces one that is captured but not settled, which is
 * how the vendor's modules refund a part before settlement. Never more than is approved now. So a second capture of the
 * same amount is refused, as is one of a sale that is cancelled, or whose authorization has lapsed.
 */
export async function capture(
  { db }: SandboxContext,
  request: DirectRequest,
  found: SandboxTransactionRow,
): Promise<DirectAnswer> {
  if (bringsNewData(request.fields, found, ["amount"])) return { fault: REQUEST_MISMATCH };
  const wanted = fieldText(withMinorUnits(request.fields, found.currencyCode), "amount");
  if (wanted !== "" && !isAmount(wanted)) return { fault: invalidField("amount") };
  return await inTransaction(db, "READ COMMITTED", async (tx, { again }) => {
    const row = await lockSandboxTransaction(tx, found.id);
    // A run after a lost COMMIT finds its own change.
    const isDone = again && row.state === STATE.CAPTURED && row.changedAt === request.time;
    if (!isDone && !isCapturable(row, request.time)) return await refuse(tx, row, request.time);
    const amount = wanted === "" ? row.amountReceived : Number(wanted);
    if (amount > row.amountReceived) return { fault: invalidField("amount") };
    const isRepeated = row.state === STATE.CAPTURED && amount === row.amountReceived;
    if (!isDone && isRepeated) return await refuse(tx, row, request.time);
    const amountCaptured = row.state === STATE.APPROVED ? amount : row.amountCaptured;
    const change = { state: STATE.CAPTURED, amountReceived: amount, amountCaptured, changedAt: request.time };
    await updateSandboxTransaction(tx, row.id, change);
    return { result: managementAnswer(request, { ...row, ...change }, "Transaction captured.") };
  });
}

/** Counted in the books where the sale has its capture already, or takes none any more. */
async function refuse(tx: Tx, row: SandboxTransactionRow, changedAt: number): Promise<DirectAnswer> {
  if (row.state === STATE.CAPTURED || row.state === STATE.CANCELED) {
    const capturesRefused = (row.capturesRefused ?? 0) + 1;
    await updateSandboxTransaction(tx, row.id, { capturesRefused, changedAt });
  }
  return { fault: ACTION_NOT_ALLOWED };
}

function isCapturable(row: SandboxTransactionRow, now: number): boolean {
  const isUnsettled = row.state === STATE.APPROVED || row.state === STATE.CAPTURED;
  return row.action === ACTION.SALE && isUnsettled && !hasLapsed(row, now);
}
