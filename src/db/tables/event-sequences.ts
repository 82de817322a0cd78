import type { EntityManager } from "typeorm";
import { EntitySchema } from "typeorm/entity-schema/EntitySchema.js";

import type { MerchantScope } from "../../domain/merchant-scope.js";
import { flag, id, integer, primary } from "../engine/columns.js";
import { placeholdersFor, selectRow, selectRows } from "../query/select.js";
import { queueUpdate } from "../query/update.js";
import { upsertRow } from "../query/upsert.js";
import { forUpdate, freeForUpdate, type Tx } from "../transaction.js";

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
 * Locks the row until the transaction ends: only its owner numbers events of the merchant and mode. Makes the first
 * one. Undefined if another transaction has it.
 */
export async function lockFreeSequence(tx: Tx, scope: MerchantScope): Promise<EventSequenceRow | undefined> {
  const { merchantId, livemode } = scope;
  const key = [merchantId, livemode];
  const free = await selectRow(tx, eventSequences, `${ONE}${freeForUpdate(tx)}`, key);
  if (free !== undefined || (await selectRow(tx, eventSequences, ONE, key)) !== undefined) return free;
  const first = { merchantId, livemode, last: 0, swept: 0 };
  await upsertRow(tx, eventSequences, ["merchantId", "livemode"], first, { last: () => "`last`" });
  return await selectRow(tx, eventSequences, `${ONE}${forUpdate(tx)}`, key);
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
