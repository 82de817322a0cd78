import type { EntityManager } from "typeorm";

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
