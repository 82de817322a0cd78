import type { EntityManager } from "typeorm";
import { EntitySchema } from "typeorm/entity-schema/EntitySchema.js";

import type { MerchantScope } from "../../domain/merchant-scope.js";
import { flag, id, integer, primary } from "../engine/columns.js";
import { lockRow, placeholdersFor, selectRow, selectRows } from "../query/select.js";
import { queueUpdate } from "../query/update.js";
import { upsertRow } from "../query/upsert.js";
import { freeForUpdate, type Tx } from "../transaction.js";

/** How far the events of a merchant and mode are numbered, and which of them are no longer kept. */
export interface EventSequenceRow {
  readonly merchantId: string;
  readonly livemode: boolean;
  /** The highest sequence given out; 0 before the first. */
  readonly last: number;
  /** The highest sequence that was swept: events after it are kept. 0 if none was. */
  readonly swept: number;
}

export const eventSequences = new EntitySchema<EventSequenceRow>({
  name: "event_sequence",
  synchronize: false,
  columns: { merchantId: primary(id()), livemode: primary(flag()), last: integer(), swept: integer() },
});

/** How far a merchant's events are numbered; nothing is numbered before the first event. */
export async function findSequence(
  db: EntityManager,
  { merchantId, livemode }: MerchantScope,
): Promise<Pick<EventSequenceRow, "last" | "swept">> {
  const row = await selectRow(db, eventSequences, ONE, [merchantId, livemode]);
  return row ?? { last: 0, swept: 0 };
}

/** How far the events of these merchants are numbered, in both modes. */
export async function findSequences(
  db: EntityManager,
  merchantIds: readonly string[],
): Promise<EventSequenceRow[]> {
  const condition = `WHERE merchant_id IN (${placeholdersFor(merchantIds)})`;
  return await selectRows(db, eventSequences, condition, merchantIds);
}

/**
 * Locks the rows until the transaction ends: only their owner numbers events of these merchants and modes. Leaves out
 * those that another transaction has, and makes the first ones.
 */
export async function lockFreeSequences(
  tx: Tx,
  scopes: readonly MerchantScope[],
): Promise<EventSequenceRow[]> {
  const merchantIds = [...new Set(scopes.map(({ merchantId }) => merchantId))];
  const condition = `WHERE merchant_id IN (${placeholdersFor(merchantIds)})`;
  const free = await selectRows(tx, eventSequences, `${condition}${freeForUpdate(tx)}`, merchantIds);
  const isIn = (rows: readonly EventSequenceRow[], one: MerchantScope): boolean =>
    rows.some(({ merchantId, livemode }) => merchantId === one.merchantId && livemode === one.livemode);
  const missing = scopes.filter((scope) => !isIn(free, scope));
  if (missing.length === 0) return free;
  const existing = await selectRows(tx, eventSequences, condition, merchantIds);
  const made: EventSequenceRow[] = [];
  for (const scope of missing) if (!isIn(existing, scope)) made.push(await makeSequence(tx, scope));
  return [...free, ...made];
}

/** Waits for a transaction that is making it as well. */
async function makeSequence(tx: Tx, { merchantId, livemode }: MerchantScope): Promise<EventSequenceRow> {
  const first = { merchantId, livemode, last: 0, swept: 0 };
  await upsertRow(tx, eventSequences, ["merchantId", "livemode"], first, { last: () => "`last`" });
  return await lockRow(tx, eventSequences, ONE, [merchantId, livemode]);
}

/** Raises what is given out or swept of a locked row, with the transaction's next statement or its COMMIT. */
export function raiseSequence(
  tx: Tx,
  { merchantId, livemode }: MerchantScope,
  change: Partial<Pick<EventSequenceRow, "last" | "swept">>,
): void {
  queueUpdate(tx, eventSequences, change, "merchant_id = ? AND livemode = ?", [merchantId, livemode]);
}

const ONE = "WHERE merchant_id = ? AND livemode = ?";
