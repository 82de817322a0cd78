import type { EntityManager } from "typeorm";

import type { DueRowsQuery } from "../query/due-rows.js";
import { type PendingCaptureRow, pendingCaptures } from "./pending-captures.js";

/** The authorizations to look at, the longest due first. */
export async function listDueCaptures(
  db: EntityManager,
  { livemode, now, limit, except }: DueRowsQuery,
): Promise<PendingCaptureRow[]> {
  const query = db
    .createQueryBuilder(pendingCaptures, "c")
    .where("c.livemode = :livemode", { livemode: livemode ? 1 : 0 });
  if (except.length > 0) query.andWhere("c.merchantId NOT IN (:...except)", { except });
  if (livemode) query.andWhere("c.nextStepAt <= :now", { now });
  else {
    query
      .innerJoin("merchant", "m", "m.id = c.merchantId")
      .andWhere("c.nextStepAt <= :now + m.testClockAhead", { now });
  }
  return await query.orderBy("c.nextStepAt").limit(limit).getMany();
}
