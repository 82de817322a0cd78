import type { EntityManager, SelectQueryBuilder } from "typeorm";

import { type DueRowsQuery, type DueTable, listDueRows } from "../query/due-rows.js";
import { type PendingCaptureRow, pendingCaptures } from "./pending-captures.js";

const DUE: DueTable<PendingCaptureRow> = {
  schema: pendingCaptures,
  key: "paymentIntentId",
  dueAt: "next_step_at",
};

/** The authorizations to look at, the longest due first. */
export async function listDueCaptures(
  db: EntityManager,
  question: DueRowsQuery,
): Promise<PendingCaptureRow[]> {
  return await listDueRows(db, DUE, question);
}

/**
 * The operator's list: requests of all merchants about an authorization of which it was asked in vain what became of
 * them, the oldest first.
 */
export async function listCapturesInDoubt(db: EntityManager, limit: number): Promise<PendingCaptureRow[]> {
  return await inDoubt(db).orderBy("c.requestId").limit(limit).getMany();
}

/** How many requests are in doubt. */
export async function countCapturesInDoubt(db: EntityManager): Promise<number> {
  return await inDoubt(db).getCount();
}

/** Reads the table, which holds open authorizations alone. */
function inDoubt(db: EntityManager): SelectQueryBuilder<PendingCaptureRow> {
  return db.createQueryBuilder(pendingCaptures, "c").where("c.request IS NOT NULL AND c.attempts > 0");
}
