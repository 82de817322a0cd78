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
import { lockForUpdate, type Tx } from "../../db/transaction.js";

/** One transaction at the sandbox gateway. */
export interface SandboxTransactionRow {
  /** The gateway's `transactionID`. */
  readonly id: string;
  readonly xref: string;
  /** The card page that it was made on; null if a merchant's server made it. */
  readonly pageId: string | null;
  /** The gateway's `merchantID`, not an id of this service. */
  readonly gatewayMerchantId: string;
  readonly action: string;
  readonly type: string;
  /** In minor units. */
  readonly amount: number;
  /** Three digits. */
  readonly currencyCode: string;
  readonly transactionUnique: string;
  /** Keyed hash of the card number; null if the shopper gave no card. The number itself is never stored. */
  readonly cardHash: string | null;
  readonly cardMask: string | null;
  readonly responseCode: number;
  readonly responseStatus: number;
  readonly responseMessage: string;
  readonly state: string;
  /** The amount taken, or refunded if it is a refund; 0 once cancelled. */
  readonly amountReceived: number;
  /** How much of a sale was refunded. */
  readonly amountRefunded: number;
  /** What the capture of an authorized sale took; null for any other. */
  readonly amountCaptured: number | null;
  /** How many captures were refused because the sale was captured or cancelled already; null for none. */
  readonly capturesRefused: number | null;
  /** The sale of a refund; null for a sale. */
  readonly saleId: string | null;
  /** The whole unsigned result of its first response: names and values in order. */
  readonly result: readonly (readonly [name: string, value: string])[];
  readonly createdAt: number;
  /** When state or amounts last changed. */
  readonly changedAt: number;
  /** How the merchant's server answered the callback: a status or the name of a failure; null until then. */
  readonly callbackAnswer: string | null;
  readonly callbackAt: number | null;
  /** The planned faults: names separated by commas, "" for none. */
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
    amountCaptured: optional(integer()),
    capturesRefused: optional(integer()),
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
  await tx.createQueryBuilder().insert().into(sandboxTransactions).values(row).updateEntity(false).execute();
}

/** The transaction with this id; undefined if there is none. */
export async function findSandboxTransaction(
  db: EntityManager,
  id: string,
): Promise<SandboxTransactionRow | undefined> {
  if (!isGatewayId(id)) return undefined;
  return (await db.findOneBy(sandboxTransactions, { id })) ?? undefined;
}

/** A merchant's transaction with this `xref`; undefined if there is none. */
export async function findSandboxTransactionByXref(
  db: EntityManager,
  gatewayMerchantId: string,
  xref: string,
): Promise<SandboxTransactionRow | undefined> {
  if (!isGatewayId(gatewayMerchantId) || !isGatewayId(xref)) return undefined;
  return (await db.findOneBy(sandboxTransactions, { gatewayMerchantId, xref })) ?? undefined;
}

/** A merchant's transactions with these references, the oldest first; at most `limit`. */
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
 * How many transactions one order has, `limit` at most: all references that differ only in their final
 * number, as those of a session's attempts do.
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
        ...(isOne ? {} : { to: `${from}:` }), // The character after the digits.
      },
    )
    .limit(limit)
    .getMany();
  return rows.length;
}

/**
 * Locks the row until the transaction ends. It must exist: a lock on an absent row would block every insert.
 */
export async function lockSandboxTransaction(tx: Tx, id: string): Promise<SandboxTransactionRow> {
  const query = tx.createQueryBuilder(sandboxTransactions, "t").where({ id });
  return await lockForUpdate(query).getOneOrFail();
}

/** The fields of a transaction that may change. Its first response never does once the shopper has done their part. */
export type SandboxTransactionChange = Partial<
  Pick<
    SandboxTransactionRow,
    "state" | "amountReceived" | "amountRefunded" | "amountCaptured" | "capturesRefused"
  >
> &
  Pick<SandboxTransactionRow, "changedAt">;

export async function updateSandboxTransaction(
  tx: Tx,
  id: string,
  change: SandboxTransactionChange,
): Promise<void> {
  await tx.createQueryBuilder().update(sandboxTransactions).set(change).where({ id }).execute();
}

/** What an authentication changes of a transaction that waits for it: its whole result. */
export type SandboxResultChange = Pick<
  SandboxTransactionRow,
  "state" | "responseCode" | "responseStatus" | "responseMessage" | "amountReceived" | "result" | "changedAt"
>;

export async function changeSandboxResult(tx: Tx, id: string, change: SandboxResultChange): Promise<void> {
  const { state, responseCode, responseStatus, responseMessage, amountReceived, result, changedAt } = change;
  const columns = { state, responseCode, responseStatus, responseMessage, amountReceived, result, changedAt };
  await tx.createQueryBuilder().update(sandboxTransactions).set(columns).where({ id }).execute();
}

/** Records how a transaction's callback was answered. */
export async function recordSandboxCallback(
  tx: Tx,
  id: string,
  callback: { callbackAnswer: string; callbackAt: number },
): Promise<void> {
  await tx.createQueryBuilder().update(sandboxTransactions).set(callback).where({ id }).execute();
}
