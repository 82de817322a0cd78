import type { EntityManager, SelectQueryBuilder } from "typeorm";

import { type DueRowsQuery, type DueTable, listDueRows } from "../query/due-rows.js";
import { type PendingSettlementRow, pendingSettlements } from "./pending-settlements.js";

const DUE: DueTable<PendingSettlementRow> = {
  schema: pendingSettlements,
  key: "paymentIntentId",
  dueAt: "next_ask_at",
  isLeased: true,
};

/** The settlements to ask about, the longest due first. */
export async function listDueSettlements(
  db: EntityManager,
  question: DueRowsQuery,
): Promise<PendingSettlementRow[]> {
  return await listDueRows(db, DUE, question);
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

function unresolved(db: EntityManager): SelectQueryBuilder<PendingSettlementRow> {
  return db.createQueryBuilder(pendingSettlements, "s").where("s.unresolvedSince IS NOT NULL");
}
