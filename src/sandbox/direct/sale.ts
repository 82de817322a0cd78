import { type Field, fieldText } from "../../cardstream/fields.js";
import {
  findSandboxTransaction,
  insertSandboxTransaction,
  type SandboxTransactionRow,
} from "../tables/sandbox-transactions.js";
import { inTransaction } from "../../db/transaction.js";
import { isDuplicate } from "../payments/duplicates.js";
import { type Fault, REQUEST_MISMATCH } from "../protocol/faults.js";
import { duplicateDelayMs } from "../payments/hosted-request.js";
import {
  AMOUNT_CHECK,
  CALLBACK_CHECK,
  firstFault,
  NO_AMOUNT_CHECK,
  ORDER_CHECKS,
  type OrderCheck,
  TYPE_CHECK,
} from "../payments/order-checks.js";
import { directOutcome, type TestOutcome, VERIFIED } from "../payments/outcomes.js";
import type { SandboxContext } from "../protocol/context.js";
import { clonedRequest } from "./cloned-request.js";
import type { DirectAnswer, DirectRequest } from "./direct-request.js";
import { bringsCard } from "./new-data.js";
import { saleRows } from "./sale-row.js";
import { initiatorOf } from "./stored-credential.js";
import { tokenFault } from "./token.js";

/**
 * `SALE`: charges the card of the transaction that `xref` names. The shopper is not authenticated, so amounts
 * in the bands of 3-D Secure are declined for that.
 */
export function sale(
  parts: SandboxContext,
  request: DirectRequest,
  seed: SandboxTransactionRow,
): Promise<DirectAnswer> {
  return charge(parts, request, seed, AMOUNT_CHECK, directOutcome);
}

/** `VERIFY`: checks with the issuer whether the card is valid, and takes nothing. */
export function verify(
  parts: SandboxContext,
  request: DirectRequest,
  seed: SandboxTransactionRow,
): Promise<DirectAnswer> {
  return charge(parts, request, seed, NO_AMOUNT_CHECK, () => VERIFIED);
}

async function charge(
  { db }: SandboxContext,
  request: DirectRequest,
  seed: SandboxTransactionRow,
  amountCheck: OrderCheck,
  outcomeOf: (amount: number) => TestOutcome,
): Promise<DirectAnswer> {
  const fields = clonedRequest(request.fields, seed);
  const fault = saleFault(fields, seed, request.time, amountCheck);
  if (fault !== undefined) return { fault };
  const way = initiatorOf(fields, seed);
  if ("fault" in way) return way;
  const { fresh, refused } = saleRows({ request, fields, seed, initiator: way.initiator }, outcomeOf);
  return await inTransaction(db, "READ COMMITTED", async (tx, { again }) => {
    const stored = again ? await findSandboxTransaction(tx, fresh.id) : undefined;
    if (stored !== undefined) return { result: stored.result, transactionID: stored.id };
    const duplicate = await isDuplicate(tx, fresh, fieldText(fields, "xref"), duplicateDelayMs(fields));
    const row = duplicate ? refused : fresh;
    await insertSandboxTransaction(tx, row);
    return { result: row.result, transactionID: row.id };
  });
}

function saleFault(
  fields: readonly Field[],
  seed: SandboxTransactionRow,
  now: number,
  amountCheck: OrderCheck,
): Fault | undefined {
  if (bringsCard(fields)) return REQUEST_MISMATCH;
  return (
    firstFault(fields, [CALLBACK_CHECK, TYPE_CHECK, amountCheck, ...ORDER_CHECKS]) ?? tokenFault(seed, now)
  );
}
