import { type EntityManager, EntitySchema } from "typeorm";

import { id, integer, json, optional, primary, text, time } from "./columns.js";
import { insertRows } from "./insert.js";
import type { Tx } from "./transaction.js";

/** One transaction at the sandbox gateway, as it answered it. */
export interface SandboxTransactionRow {
  /** The gateway's `transactionID`. */
  readonly id: string;
  readonly xref: string;
  readonly pageId: string;
  /** The gateway's `merchantID`, not an id of ours. */
  readonly gatewayMerchantId: string;
  readonly action: string;
  readonly type: string;
  /** In minor units. */
  readonly amount: number;
  /** Three digits. */
  readonly currencyCode: string;
  readonly transactionUnique: string;
  /** Keyed hash of the card number; null where the shopper gave no card. The number itself is nowhere. */
  readonly cardHash: string | null;
  readonly cardMask: string | null;
  readonly responseCode: number;
  readonly responseStatus: number;
  readonly responseMessage: string;
  readonly state: string;
  readonly amountReceived: number;
  /** The whole result before it is signed: names and values in their order. */
  readonly result: readonly (readonly [name: string, value: string])[];
  readonly createdAt: number;
  /** What the merchant's server answered to the callback, a status or a failure; null until then. */
  readonly callbackAnswer: string | null;
  readonly callbackAt: number | null;
}

export const sandboxTransactions = new EntitySchema<SandboxTransactionRow>({
  name: "sandbox_transaction",
  columns: {
    id: primary(id()),
    xref: id(),
    pageId: id(),
    gatewayMerchantId: id(),
    action: id(),
    type: id(),
    amount: integer(),
    currencyCode: id(),
    transactionUnique: text(),
    cardHash: optional(id()),
    cardMask: optional(id()),
    responseCode: integer(),
    responseStatus: integer(),
    responseMessage: text(),
    state: id(),
    amountReceived: integer(),
    result: json(),
    createdAt: time(),
    callbackAnswer: optional(text()),
    callbackAt: optional(time()),
  },
});

export async function insertSandboxTransaction(tx: Tx, row: SandboxTransactionRow): Promise<void> {
  await insertRows(tx, sandboxTransactions, row);
}

/** The transaction of that id, if there is one. */
export async function findSandboxTransaction(
  db: EntityManager,
  id: string,
): Promise<SandboxTransactionRow | undefined> {
  return (await db.findOneBy(sandboxTransactions, { id })) ?? undefined;
}

/** Writes down what became of a transaction's callback. */
export async function recordSandboxCallback(
  tx: Tx,
  id: string,
  callback: { callbackAnswer: string; callbackAt: number },
): Promise<void> {
  await tx.createQueryBuilder().update(sandboxTransactions).set(callback).where({ id }).execute();
}
