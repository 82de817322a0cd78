import type { EntityManager } from "typeorm";

import { columnsOf, type PartOf } from "../query/table.js";
import { placeholdersFor, selectColumns } from "../query/select.js";
import { queueUpdate } from "../query/update.js";
import type { Tx } from "../transaction.js";
import { events } from "./events.js";

const FOUND = columnsOf(events, "id", "merchantId", "livemode");
const READ = columnsOf(events, "id", "merchantId", "livemode", "type", "objectId", "createdAt");

/** An event that has no sequence yet: what its numbering, and what is told of it, need. */
export type UnnumberedEvent = PartOf<typeof READ>;

/** The committed events without a sequence, of all merchants, the lowest id first. */
export async function findUnnumberedEvents(
  db: EntityManager,
  limit: number,
): Promise<PartOf<typeof FOUND>[]> {
  return await selectColumns(db, FOUND, `WHERE numbered_at IS NULL ORDER BY id LIMIT ${limit}`, []);
}

/**
 * Those of the events that still have no sequence, the lowest id first. They are not locked: only the owner of their
 * row of `event_sequence` numbers them, and a lock would wait for the writers of events beside them.
 */
export async function readUnnumberedEvents(tx: Tx, ids: readonly string[]): Promise<UnnumberedEvent[]> {
  const condition = `WHERE id IN (${placeholdersFor(ids)}) AND numbered_at IS NULL ORDER BY id`;
  return await selectColumns(tx, READ, condition, ids);
}

/** Gives the events their sequences, with the transaction's next statement or its COMMIT. */
export function numberEventRows(
  tx: Tx,
  numbered: readonly { readonly id: string; readonly sequence: number }[],
  numberedAt: number,
): void {
  for (let at = 0; at < numbered.length; at += ROWS_A_STATEMENT) {
    const rows = numbered.slice(at, at + ROWS_A_STATEMENT);
    const ids = rows.map(({ id }) => id);
    const sql = `CASE id ${"WHEN ? THEN ? ".repeat(rows.length)}END`;
    const sequence = () => ({ sql, values: rows.flatMap((row) => [row.id, row.sequence]) });
    queueUpdate(tx, events, { sequence, numberedAt }, `id IN (${placeholdersFor(ids)})`, ids);
  }
}

/** For each row the cases are looked through one by one. */
const ROWS_A_STATEMENT = 50;
