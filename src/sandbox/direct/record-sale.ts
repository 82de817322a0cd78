import {
  findSandboxTransaction,
  insertSandboxTransaction,
  type SandboxTransactionRow,
} from "../tables/sandbox-transactions.js";
import { inTransaction } from "../../db/transaction.js";
import { isDuplicate } from "../payments/duplicates.js";
import type { SandboxContext } from "../protocol/context.js";
import type { DirectAnswer } from "./direct-request.js";

/** The two rows that a payment may become. */
export interface SaleRows {
  readonly fresh: SandboxTransactionRow;
  /** As a duplicate. */
  readonly refused: SandboxTransactionRow;
}

/** Writes one of the rows: the second, if an equal request with this card or `xref` was made within `delayMs`. */
export async function recordSale(
  { db }: SandboxContext,
  { fresh, refused }: SaleRows,
  cardOrXref: string,
  delayMs: number,
): Promise<DirectAnswer> {
  return await inTransaction(db, "READ COMMITTED", async (tx, { again }) => {
    const stored = again ? await findSandboxTransaction(tx, fresh.id) : undefined;
    if (stored !== undefined) return { result: stored.result, transactionID: stored.id };
    const row = (await isDuplicate(tx, fresh, cardOrXref, delayMs)) ? refused : fresh;
    await insertSandboxTransaction(tx, row);
    return { result: row.result, transactionID: row.id };
  });
}
