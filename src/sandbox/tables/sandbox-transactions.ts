import type { EntityManager } from "typeorm";
import { EntitySchema } from "typeorm/entity-schema/EntitySchema.js";
import { In } from "typeorm/find-options/operator/In.js";

import { isGatewayId } from "../../lib/ids.js";
import {
  id,
  index,
  integer,
  json,
  optional,
  primary,
  text,
  time,
  uniqueIndex,
} from "../../db/engine/columns.js";
import { insertRows } from "../../db/query/insert.js";
import { lockForUpdate, type Tx } from "../../db/transaction.js";

/** One transaction at the sandbox gateway, as it answered it. */
export interface SandboxTransactionRow {
  /** The gateway's `transactionID`. */
  readonly id: string;
  readonly xref: string;
  /** The card page that it was made on; null for one that a merchant's server asked for. */
  readonly pageId: string | null;
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
  /** What the gateway took, or for a refund gave back; 0 once it is cancelled. */
  readonly amountReceived: number;
  /** How much of a sale its refunds gave back. */
  readonly amountRefunded: number;
  /** The sale that a refund is of; null for a sale. */
  readonly saleId: string | null;
  /** The whole result before it was signed, as it was answered first: names and values in their order. */
  readonly result: readonly (readonly [name: string, value: string])[];
  readonly createdAt: number;
  /** When state or amounts last changed. */
  readonly changedAt: number;
  /** What the merchant's server answered to the callback, a status or a failure; null until then. */
  readonly callbackAnswer: string | null;
  readonly callbackAt: number | null;
  /** What went wrong on purpose: names between commas, "" for nothing. */
  readonly faults: string;
}

export const sandboxTransactions = new EntitySchema<SandboxTransactionRow>({
  name: "sandbox_transaction",
  synchronize: false,
  columns: {
    id: primary(id()),
    xref: id(),
    pageId: optional(id()),
    gatewayMerchantId: id(),
    action: id(),
    type: id(),
    amount: integer(),
    currencyCode: id(),
    transactionUnique: text(255),
    cardHash: optional(id()),
    cardMask: optional(id()),
    responseCode: integer(),
    responseStatus: integer(),
    responseMessage: text(255),
    state: id(),
    amountReceived: integer(),
    amountRefunded: integer(),
    saleId: optional(id()),
    result: json(),
    createdAt: time(),
    changedAt: time(),
    callbackAnswer: optional(text(100)),
    callbackAt: optional(time()),
    faults: text(500),
  },
  indices: [uniqueIndex("xref"), index("gatewayMerchantId", "transactionUnique")],
});

export async function insertSandboxTransaction(tx: Tx, row: SandboxTransactionRow): Promise<void> {
  await insertRows(tx, sandboxTransactions, row);
}

/** The transaction of that id, if there is one. */
export async function findSandboxTransaction(
  db: EntityManager,
  id: string,
): Promise<SandboxTransactionRow | undefined> {
  if (!isGatewayId(id)) return undefined;
  return (await db.findOneBy(sandboxTransactions, { id })) ?? undefined;
}

/** A merchant's transaction of that `xref`, if there is one. */
export async function findSandboxTransactionByXref(
  db: EntityManager,
  gatewayMerchantId: string,
  xref: string,
): Promise<SandboxTransactionRow | undefined> {
  if (!isGatewayId(gatewayMerchantId) || !isGatewayId(xref)) return undefined;
  return (await db.findOneBy(sandboxTransactions, { gatewayMerchantId, xref })) ?? undefined;
}

/** A merchant's transactions under these references, the oldest first; at most `limit`. */
export async function listSandboxTransactions(
  db: EntityManager,
  gatewayMerchantId: string,
  references: readonly string[],
  limit: number,
): Promise<SandboxTransactionRow[]> {
  const where = { gatewayMerchantId, transactionUnique: In(references) };
  return await db.find(sandboxTransactions, { where, order: { createdAt: "ASC", id: "ASC" }, take: limit });
}

/**
 * How many transactions there are of one order, `limit` at most: of all references that differ in the number
 * at their end, as those of a session's attempts do.
 */
export async function countOrderTransactions(
  tx: Tx,
  order: Pick<SandboxTransactionRow, "gatewayMerchantId" | "transactionUnique">,
  limit: number,
): Promise<number> {
  const { gatewayMerchantId, transactionUnique } = order;
  const from = transactionUnique.replace(/(?<=-)\d+$/, "");
  const isOne = from === transactionUnique;
  const rows = await tx
    .createQueryBuilder(sandboxTransactions, "t")
    .select("t.id")
    .where("t.gatewayMerchantId = :gatewayMerchantId", { gatewayMerchantId })
    .andWhere(
      isOne ? "t.transactionUnique = :from" : "t.transactionUnique >= :from AND t.transactionUnique < :to",
      {
        from,
        ...(isOne ? {} : { to: `${from}:` }), // What follows the digits.
      },
    )
    .limit(limit)
    .getMany();
  return rows.length;
}

/** Locks the row until the transaction ends. It must be there: a lock on an absent one would stop every insert. */
export async function lockSandboxTransaction(tx: Tx, id: string): Promise<SandboxTransactionRow> {
  const query = tx.createQueryBuilder(sandboxTransactions, "t").where({ id });
  return await lockForUpdate(query).getOneOrFail();
}

/** What may change of a transaction. Its first answer never does. */
export type SandboxTransactionChange = Partial<
  Pick<SandboxTransactionRow, "state" | "amountReceived" | "amountRefunded">
> &
  Pick<SandboxTransactionRow, "changedAt">;

export async function updateSandboxTransaction(
  tx: Tx,
  id: string,
  change: SandboxTransactionChange,
): Promise<void> {
  await tx.createQueryBuilder().update(sandboxTransactions).set(change).where({ id }).execute();
}

/** Writes down what became of a transaction's callback. */
export async function recordSandboxCallback(
  tx: Tx,
  id: string,
  callback: { callbackAnswer: string; callbackAt: number },
): Promise<void> {
  await tx.createQueryBuilder().update(sandboxTransactions).set(callback).where({ id }).execute();
}
