import type { EntityManager, SelectQueryBuilder } from "typeorm";

import type { DueRowsQuery } from "../query/due-rows.js";
import { type RefundRow, refunds } from "./refunds.js";
import type { Tx } from "../transaction.js";

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

/** Refunds to process, the longest due first. */
export async function listDueRefunds(
  db: EntityManager,
  { livemode, now, limit, except }: DueRowsQuery,
): Promise<RefundRow[]> {
  const query = db
    .createQueryBuilder(refunds, "f")
    .where("f.status = 'pending' AND f.livemode = :livemode", { livemode: livemode ? 1 : 0 });
  if (except.length > 0) query.andWhere("f.merchantId NOT IN (:...except)", { except });
  if (livemode) query.andWhere("f.nextAttemptAt <= :now", { now });
  else {
    query
      .innerJoin("merchant", "m", "m.id = f.merchantId")
      .andWhere("f.nextAttemptAt <= :now + m.testClockAhead", { now });
  }
  return await query.orderBy("f.nextAttemptAt").limit(limit).getMany();
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
