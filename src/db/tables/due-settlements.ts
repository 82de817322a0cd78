import type { EntityManager, SelectQueryBuilder } from "typeorm";

import type { DueRowsQuery } from "../query/due-rows.js";
import { type PendingSettlementRow, pendingSettlements } from "./pending-settlements.js";

/**
 * The settlements to ask about, the longest due first: by real time, and of test merchants whose clock is ahead by that
 * clock. Each search has its own index, so those that are not due are not read.
 */
export async function listDueSettlements(
  db: EntityManager,
  question: DueRowsQuery,
): Promise<PendingSettlementRow[]> {
  const byRealTime = await due(db, question).andWhere("s.nextAskAt <= :now").getMany();
  if (question.livemode || byRealTime.length === question.limit) return byRealTime;
  const byTestClock = await due(db, question)
    .innerJoin("merchant", "m", "m.id = s.merchantId AND m.testClockAhead > 0")
    .andWhere("s.nextAskAt <= :now + m.testClockAhead")
    .getMany();
  const found = new Set(byRealTime.map(({ paymentIntentId }) => paymentIntentId));
  return [...byRealTime, ...byTestClock.filter(({ paymentIntentId }) => !found.has(paymentIntentId))].slice(
    0,
    question.limit,
  );
}

/** The operator's list: the payments of all merchants whose settlement a person has to look up, the oldest first. */
export async function listUnresolvedSettlements(
  db: EntityManager,
  limit: number,
): Promise<PendingSettlementRow[]> {
  return await unresolved(db).orderBy("s.unresolvedSince").limit(limit).getMany();
}

/** How many settlements are on the operator's list. */
export async function countUnresolvedSettlements(db: EntityManager): Promise<number> {
  return await unresolved(db).getCount();
}

function due(
  db: EntityManager,
  { livemode, now, limit, except }: DueRowsQuery,
): SelectQueryBuilder<PendingSettlementRow> {
  const query = db
    .createQueryBuilder(pendingSettlements, "s")
    .where("s.livemode = :livemode AND s.leasedUntil <= :now", { livemode: livemode ? 1 : 0, now })
    .orderBy("s.nextAskAt")
    .limit(limit);
  return except.length > 0 ? query.andWhere("s.merchantId NOT IN (:...except)", { except }) : query;
}

function unresolved(db: EntityManager): SelectQueryBuilder<PendingSettlementRow> {
  return db.createQueryBuilder(pendingSettlements, "s").where("s.unresolvedSince IS NOT NULL");
}
