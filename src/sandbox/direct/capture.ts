import { ACTION, STATE } from "../../domain/gateway-codes.js";
import { fieldText } from "../../cardstream/fields.js";
import {
  lockSandboxTransaction,
  type SandboxTransactionRow,
  updateSandboxTransaction,
} from "../tables/sandbox-transactions.js";
import { inTransaction } from "../../db/transaction.js";
import { ACTION_NOT_ALLOWED, invalidField, REQUEST_MISMATCH } from "../protocol/faults.js";
import { isAmount, withMinorUnits } from "../payments/order-checks.js";
import type { SandboxContext } from "../protocol/context.js";
import type { DirectAnswer, DirectRequest } from "./direct-request.js";
import { managementAnswer } from "./management-answer.js";
import { bringsNewData } from "./new-data.js";

/**
 * `CAPTURE`: captures an approved sale, in full or in part; or reduces one that is captured but not settled,
 * which is how the vendor's modules refund a part before settlement. Never more than is approved now.
 */
export async function capture(
  { db }: SandboxContext,
  request: DirectRequest,
  found: SandboxTransactionRow,
): Promise<DirectAnswer> {
  if (bringsNewData(request.fields, found, ["amount"])) return { fault: REQUEST_MISMATCH };
  const wanted = fieldText(withMinorUnits(request.fields, found.currencyCode), "amount");
  if (wanted !== "" && !isAmount(wanted)) return { fault: invalidField("amount") };
  return await inTransaction(db, "READ COMMITTED", async (tx) => {
    // A second run captures an equal amount again, which changes nothing.
    const row = await lockSandboxTransaction(tx, found.id);
    if (!isCapturable(row)) return { fault: ACTION_NOT_ALLOWED };
    const amount = wanted === "" ? row.amountReceived : Number(wanted);
    if (amount > row.amountReceived) return { fault: invalidField("amount") };
    const change = { state: STATE.CAPTURED, amountReceived: amount, changedAt: request.time };
    await updateSandboxTransaction(tx, row.id, change);
    return { result: managementAnswer(request, { ...row, ...change }, "Transaction captured.") };
  });
}

function isCapturable({ action, state }: SandboxTransactionRow): boolean {
  return action === ACTION.SALE && (state === STATE.APPROVED || state === STATE.CAPTURED);
}
