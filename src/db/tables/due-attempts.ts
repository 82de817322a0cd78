import type { EntityManager, SelectQueryBuilder } from "typeorm";

import { type DueRowsQuery, type DueTable, listDueRows } from "../query/due-rows.js";
import { type PendingAttemptRow, pendingAttempts } from "./pending-attempts.js";

const DUE: DueTable<PendingAttemptRow> = {
  schema: pendingAttempts,
  key: "reference",
  dueAt: "next_ask_at",
  isLeased: true,
};

/** The attempts to ask about, the longest due first. */
export async function listDueAttempts(
  db: EntityManager,
  question: DueRowsQuery,
): Promise<PendingAttemptRow[]> {
  return await listDueRows(db, DUE, question);
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
