import type { EntityManager, SelectQueryBuilder } from "typeorm";
import { EntitySchema } from "typeorm/entity-schema/EntitySchema.js";

import type { MerchantScope } from "../../domain/merchant-scope.js";
import type { Refund } from "../../domain/refund.js";
import type { ReversalAction } from "../../domain/reversal-step.js";
import { isId } from "../../lib/ids.js";
import { flag, id, index, integer, json, optional, primary, time } from "../engine/columns.js";
import { type DueRowsQuery, type DueTable, listDueRows } from "../query/due-rows.js";
import type { ListPage } from "../query/list-page.js";
import { pageQuery } from "../query/list-query.js";
import { lockForUpdate, type Tx } from "../transaction.js";

/**
 * A refund as it is stored, with columns that only its processing needs. Its times are those of the
 * merchant's clock.
 */
export interface RefundRow extends Refund {
  /**
   * The action last requested of the gateway, when, and the amount retained before it. Null if none was
   * requested, or the gateway has refused.
   */
  readonly gatewayAction: ReversalAction | null;
  readonly requestedAt: number | null;
  readonly retainedBefore: number | null;
  readonly refundedBefore: number | null;
  /** How many attempts have failed. */
  readonly attempts: number;
  /** When to process it again; null once it has ended. */
  readonly nextAttemptAt: number | null;
}

export const refunds = new EntitySchema<RefundRow>({
  name: "refund",
  synchronize: false,
  columns: {
    id: primary(id()),
    merchantId: id(),
    livemode: flag(),
    paymentIntentId: id(),
    amount: integer(),
    currency: id(),
    status: id(),
    reason: optional(id()),
    failure: optional(id()),
    metadata: json(),
    createdAt: time(),
    gatewayAction: optional(id()),
    requestedAt: optional(time()),
    retainedBefore: optional(integer()),
    refundedBefore: optional(integer()),
    attempts: integer(),
    nextAttemptAt: optional(time()),
  },
  indices: [
    index("merchantId", "livemode", "id"),
    index("paymentIntentId", "id"),
    index("status", "livemode", "nextAttemptAt"),
  ],
});

/** Stores a new refund; `nextAttemptAt` is null for one that the gateway has already made. */
export async function insertRefund(tx: Tx, refund: Refund, nextAttemptAt: number | null): Promise<void> {
  const untold = {
    gatewayAction: null,
    requestedAt: null,
    retainedBefore: null,
    refundedBefore: null,
    attempts: 0,
  };
  const row = { ...refund, ...untold, nextAttemptAt };
  await tx.createQueryBuilder().insert().into(refunds).values(row).updateEntity(false).execute();
}

/** The refund with exactly this id, of any merchant. */
export async function findRefund(db: EntityManager, id: string): Promise<RefundRow | undefined> {
  if (!isId("re", id)) return undefined;
  const row = await db.createQueryBuilder(refunds, "f").where("f.id = :id", { id }).getOne();
  return row ?? undefined;
}

/**
 * Reads and locks the refund until the transaction ends; the caller locks its payment first. Throws if it is
 * absent.
 */
export async function lockRefund(tx: Tx, id: string): Promise<RefundRow> {
  return await lockForUpdate(tx.createQueryBuilder(refunds, "f").where("f.id = :id", { id })).getOneOrFail();
}

/**
 * One page of a merchant's refunds by age, of all payments or one: the newest first, or after `newerThan` the
 * oldest first.
 */
export async function listRefunds(
  db: EntityManager,
  scope: MerchantScope,
  paymentIntentId: string | undefined,
  page: ListPage,
): Promise<RefundRow[]> {
  if (paymentIntentId !== undefined && !isId("pi", paymentIntentId)) return [];
  const index = paymentIntentId === undefined ? "merchant_id_livemode_id" : undefined;
  const query = pageQuery(db, { rows: refunds, alias: "f", index }, scope, page);
  if (paymentIntentId !== undefined)
    query.andWhere("f.paymentIntentId = :paymentIntentId", { paymentIntentId });
  return await query.getMany();
}

/** The fields of a pending refund that processing it changes. */
type RefundChange = Partial<
  Pick<
    RefundRow,
    | "status"
    | "failure"
    | "gatewayAction"
    | "requestedAt"
    | "retainedBefore"
    | "refundedBefore"
    | "nextAttemptAt"
    | "attempts"
  >
>;

/** Changes a pending refund. False if it is not pending: it has already ended. */
export async function changePendingRefund(tx: Tx, id: string, change: RefundChange): Promise<boolean> {
  const query = tx
    .createQueryBuilder()
    .update(refunds)
    .set(change)
    .where("id = :id AND status = 'pending'", { id });
  return (await query.updateEntity(false).execute()).affected === 1;
}

/** Replaces the metadata of a locked refund. */
export async function setRefundMetadata(tx: Tx, id: string, metadata: Refund["metadata"]): Promise<void> {
  const query = tx.createQueryBuilder().update(refunds).set({ metadata }).where("id = :id", { id });
  await query.updateEntity(false).execute();
}

/** Records that a locked refund was made, of any amount: by a person's decision, also if it had failed. */
export async function acceptRefund(tx: Tx, id: string, amount: number): Promise<void> {
  const change = { status: "succeeded", failure: null, amount, nextAttemptAt: null } as const;
  const query = tx.createQueryBuilder().update(refunds).set(change).where("id = :id", { id });
  await query.andWhere("status <> 'succeeded'").updateEntity(false).execute();
}

/** The oldest pending refund of a payment, which is processed first. */
export async function findOldestPendingRefund(
  db: EntityManager,
  paymentIntentId: string,
): Promise<RefundRow | undefined> {
  const query = db
    .createQueryBuilder(refunds, "f")
    .where("f.paymentIntentId = :paymentIntentId AND f.status = 'pending'", { paymentIntentId })
    .orderBy("f.id");
  return (await query.limit(1).getOne()) ?? undefined;
}

const DUE: DueTable<RefundRow> = {
  schema: refunds,
  key: "id",
  dueAt: "next_attempt_at",
  condition: "t.status = 'pending'",
};

/** Refunds to process, the longest due first. */
export async function listDueRefunds(db: EntityManager, question: DueRowsQuery): Promise<RefundRow[]> {
  return await listDueRows(db, DUE, question);
}

/** Postpones all pending refunds of a payment: they wait for the first one. */
export async function postponeRefunds(tx: Tx, paymentIntentId: string, nextAttemptAt: number): Promise<void> {
  await tx
    .createQueryBuilder()
    .update(refunds)
    .set({ nextAttemptAt })
    .where("payment_intent_id = :paymentIntentId AND status = 'pending'", { paymentIntentId })
    .updateEntity(false)
    .execute();
}

/** Refunds of all merchants that were requested of the gateway with an unknown outcome, the oldest first. */
export async function listRefundsInDoubt(db: EntityManager, limit: number): Promise<RefundRow[]> {
  return await inDoubt(db).orderBy("f.id").limit(limit).getMany();
}

/** How many refunds are in doubt. */
export async function countRefundsInDoubt(db: EntityManager): Promise<number> {
  return await inDoubt(db).getCount();
}

function inDoubt(db: EntityManager): SelectQueryBuilder<RefundRow> {
  return db.createQueryBuilder(refunds, "f").where("f.status = 'pending' AND f.gatewayAction IS NOT NULL");
}
