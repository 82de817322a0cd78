import type { EntityManager, SelectQueryBuilder } from "typeorm";

import type { DueRowsQuery } from "../query/due-rows.js";
import { type PendingAttemptRow, pendingAttempts } from "./pending-attempts.js";

/** The attempts to ask about, the longest due first. */
export async function listDueAttempts(
  db: EntityManager,
  { livemode, now, limit, except }: DueRowsQuery,
): Promise<PendingAttemptRow[]> {
  const query = db
    .createQueryBuilder(pendingAttempts, "p")
    .where("p.livemode = :livemode AND p.leasedUntil <= :now", { livemode: livemode ? 1 : 0, now });
  if (except.length > 0) query.andWhere("p.merchantId NOT IN (:...except)", { except });
  if (livemode) query.andWhere("p.nextAskAt <= :now");
  else {
    query
      .innerJoin("merchant", "m", "m.id = p.merchantId")
      .andWhere("p.nextAskAt <= :now + m.testClockAhead");
  }
  return await query.orderBy("p.nextAskAt").limit(limit).getMany();
}

/** The operator's list: the attempts of all merchants whose outcome is unknown, the oldest first. */
export async function listUnresolvedAttempts(db: EntityManager, limit: number): Promise<PendingAttemptRow[]> {
  return await unresolved(db).orderBy("p.unresolvedSince").limit(limit).getMany();
}

/** How many attempts are on the operator's list. */
export async function countUnresolvedAttempts(db: EntityManager): Promise<number> {
  return await unresolved(db).getCount();
}

function unresolved(db: EntityManager): SelectQueryBuilder<PendingAttemptRow> {
  return db.createQueryBuilder(pendingAttempts, "p").where("p.unresolvedSince IS NOT NULL");
}
