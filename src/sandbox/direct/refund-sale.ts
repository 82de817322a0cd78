import { ACTION, STATE } from "../../domain/gateway-codes.js";
import { fieldText } from "../../cardstream/fields.js";
import {
  findSandboxTransaction,
  insertSandboxTransaction,
  lockSandboxTransaction,
  type SandboxTransactionRow,
  updateSandboxTransaction,
} from "../tables/sandbox-transactions.js";
import { inTransaction, type Tx } from "../../db/transaction.js";
import { isDuplicate } from "../payments/duplicates.js";
import { ACTION_NOT_ALLOWED, type Fault, invalidField, REQUEST_MISMATCH } from "../protocol/faults.js";
import { duplicateDelayMs } from "../payments/hosted-request.js";
import { isAmount, withMinorUnits } from "../payments/order-checks.js";
import type { SandboxContext } from "../protocol/context.js";
import { newTransactionId, newXref } from "../payments/references.js";
import type { DirectAnswer, DirectRequest } from "./direct-request.js";
import { bringsNewData } from "./new-data.js";
import { acceptedRefund, refusedRefund } from "./refund-rows.js";

/**
 * `REFUND_SALE`: refunds a settled sale in full or in part, as a transaction of its own. May be repeated
 * until the received amount is reached. The money goes to the sale's card only.
 */
export async function refundSale(
  { db }: SandboxContext,
  request: DirectRequest,
  found: SandboxTransactionRow,
): Promise<DirectAnswer> {
  if (bringsNewData(request.fields, found, SAID_ANEW)) return { fault: REQUEST_MISMATCH };
  const wanted = fieldText(withMinorUnits(request.fields, found.currencyCode), "amount");
  if (wanted !== "" && !isAmount(wanted)) return { fault: INVALID_AMOUNT };
  const ids = { transactionID: newTransactionId(), xref: newXref(request.time) };
  // Cloned from the sale if omitted, as every field is.
  const amount = wanted === "" ? found.amount : Number(wanted);
  return await inTransaction(db, "READ COMMITTED", async (tx, { again }) => {
    const stored = again ? await findSandboxTransaction(tx, ids.transactionID) : undefined;
    if (stored !== undefined) return { result: stored.result };
    const sale = await lockSandboxTransaction(tx, found.id);
    return await refund(tx, request, sale, { ...ids, amount });
  });
}

const SAID_ANEW = ["amount", "transactionUnique", "orderRef", "type"];
const INVALID_AMOUNT: Fault = invalidField("amount");

/** Each refund locks the sale first: together they never refund more than was received. */
async function refund(
  tx: Tx,
  request: DirectRequest,
  sale: SandboxTransactionRow,
  wanted: { transactionID: string; xref: string; amount: number },
): Promise<DirectAnswer> {
  if (sale.action !== ACTION.SALE || sale.state !== STATE.ACCEPTED) return { fault: ACTION_NOT_ALLOWED };
  const row = acceptedRefund(request, sale, wanted);
  if (await isDuplicate(tx, row, sale.xref, duplicateDelayMs(request.fields))) {
    const refused = refusedRefund(row);
    await insertSandboxTransaction(tx, refused);
    return { result: refused.result };
  }
  const amountRefunded = sale.amountRefunded + wanted.amount;
  if (amountRefunded > sale.amountReceived) return { fault: INVALID_AMOUNT };
  await insertSandboxTransaction(tx, row);
  await updateSandboxTransaction(tx, sale.id, { amountRefunded, changedAt: request.time });
  return { result: row.result };
}
