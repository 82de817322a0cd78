import type { EntityManager } from "typeorm";
import { EntitySchema } from "typeorm/entity-schema/EntitySchema.js";

import { isId } from "../../lib/ids.js";
import { id, index, integer, primary, text, time } from "../engine/columns.js";
import { insertRows } from "../query/insert.js";
import { columnsWhere, firstOf, lockRow, type Select, selectRow, selectRows } from "../query/select.js";
import { columnsOf } from "../query/table.js";
import { updateRows } from "../query/update.js";
import type { Tx } from "../transaction.js";

/** A business that takes payments through this service. */
export interface MerchantRow {
  id: string;
  name: string;
  createdAt: number;
  /** How many milliseconds the merchant's test clock is ahead of real time. */
  testClockAhead: number;
}

export const merchants = new EntitySchema<MerchantRow>({
  name: "merchant",
  synchronize: false,
  columns: { id: primary(id()), name: text(250), createdAt: time(), testClockAhead: integer() },
  indices: [index("testClockAhead")],
});

export async function insertMerchant(tx: Tx, row: MerchantRow): Promise<void> {
  await insertRows(tx, merchants, row);
}

export async function findMerchant(db: EntityManager, id: string): Promise<MerchantRow | undefined> {
  if (!isId("mer", id)) return undefined;
  return await selectRow(db, merchants, "WHERE id = ?", [id]);
}

/** Selects the name and the test clock of a session's merchant. Live sessions follow real time all the same. */
export function merchantOfSession(
  sessionId: string,
): Select<Pick<MerchantRow, "name" | "testClockAhead"> | undefined> {
  const ofSession = "(SELECT merchant_id FROM checkout_session WHERE id = ?)";
  return firstOf(columnsWhere(OF_PAGE, `WHERE id = ${ofSession}`, [sessionId]));
}

const OF_PAGE = columnsOf(merchants, "name", "testClockAhead");

/** All merchants, the oldest first. */
export async function listMerchants(db: EntityManager): Promise<MerchantRow[]> {
  return await selectRows(db, merchants, "ORDER BY id", []);
}

/** The merchants of exactly this name, which need not be one. Reads the whole table: not for each call. */
export async function findMerchantsByName(db: EntityManager, name: string): Promise<MerchantRow[]> {
  return await selectRows(db, merchants, "WHERE name = ? ORDER BY id LIMIT 100", [name]);
}

/** Moves a merchant's test clock. False if it no longer stands at `from`: another call has moved it. */
export async function moveTestClock(tx: Tx, id: string, from: number, to: number): Promise<boolean> {
  const change = { testClockAhead: to };
  return (await updateRows(tx, merchants, change, "id = ? AND test_clock_ahead = ?", [id, from])) === 1;
}

/** Locks a merchant until the transaction ends: what is counted and then added to is done by one call at a time. */
export async function lockMerchant(tx: Tx, id: string): Promise<void> {
  await lockRow(tx, merchants, "WHERE id = ?", [id]);
}
