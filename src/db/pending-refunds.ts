import type { EntityManager } from "typeorm";

import { type RefundRow, refunds } from "./refunds.js";
import type { Tx } from "./transaction.js";

/** The payment's refund that comes first: the oldest that is pending. */
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

/** Refunds to work on now, the longest due first: live ones, or test ones each by its merchant's clock. */
export async function listDueRefunds(
  db: EntityManager,
  livemode: boolean,
  now: number,
  limit: number,
): Promise<RefundRow[]> {
  const query = db
    .createQueryBuilder(refunds, "f")
    .where("f.status = 'pending' AND f.livemode = :livemode", { livemode: livemode ? 1 : 0 });
  if (livemode) query.andWhere("f.nextRoundAt <= :now", { now });
  else {
    query
      .innerJoin("merchant", "m", "m.id = f.merchantId")
      .andWhere("f.nextRoundAt <= :now + m.testClockAhead", { now });
  }
  return await query.orderBy("f.nextRoundAt").limit(limit).getMany();
}

/** All of a payment's refunds wait with the first one. */
export async function postponeRefunds(tx: Tx, paymentIntentId: string, nextRoundAt: number): Promise<void> {
  await tx
    .createQueryBuilder()
    .update(refunds)
    .set({ nextRoundAt })
    .where("payment_intent_id = :paymentIntentId AND status = 'pending'", { paymentIntentId })
    .updateEntity(false)
    .execute();
}

/** How many refunds of all merchants the gateway was told, without anybody knowing whether it has made them. */
export async function countRefundsInDoubt(db: EntityManager): Promise<number> {
  return await db
    .createQueryBuilder(refunds, "f")
    .where("f.status = 'pending' AND f.told IS NOT NULL")
    .getCount();
}
