import type { EntityManager } from "typeorm";

import type { MerchantScope } from "../../domain/merchant-scope.js";
import { deleteRows } from "../query/delete.js";
import { placeholdersFor, selectColumns } from "../query/select.js";
import { columnsOf } from "../query/table.js";
import type { Tx } from "../transaction.js";
import { type EventRow, events } from "./events.js";

const OLD = columnsOf(events, "merchantId", "livemode", "sequence");

/** Some of the events that were numbered before this time, of all merchants, the oldest first. */
export async function findOldEvents(
  db: EntityManager,
  numberedBefore: number,
  limit: number,
): Promise<(MerchantScope & Pick<EventRow, "sequence">)[]> {
  const condition = `WHERE numbered_at < ? ORDER BY numbered_at LIMIT ${limit}`;
  return await selectColumns(db, OLD, condition, [numberedBefore]);
}

/** The oldest events of a merchant and mode up to a sequence, in its order. */
export async function readOldestEvents(
  tx: Tx,
  { merchantId, livemode }: MerchantScope,
  upTo: number,
  limit: number,
): Promise<Pick<EventRow, "id" | "sequence">[]> {
  const condition = `WHERE merchant_id = ? AND livemode = ? AND sequence <= ? ORDER BY sequence LIMIT ${limit}`;
  return await selectColumns(tx, OLDEST, condition, [merchantId, livemode, upTo]);
}

const OLDEST = columnsOf(events, "id", "sequence");

/** Deletes the events with these ids, of which there must be one at least. */
export async function deleteEvents(tx: Tx, ids: readonly string[]): Promise<void> {
  await deleteRows(tx, events, `id IN (${placeholdersFor(ids)})`, ids);
}
