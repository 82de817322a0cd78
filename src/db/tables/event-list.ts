import type { EntityManager } from "typeorm";

import type { EventType } from "../../domain/event.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { placeholdersFor, selectColumns, selectRows } from "../query/select.js";
import { columnsOf, type PartOf } from "../query/table.js";
import { type EventRow, events } from "./events.js";

/** Conditions on events to list; an undefined one lets everything through. */
export interface EventFilter {
  readonly types: readonly EventType[] | undefined;
  readonly objectId: string | undefined;
  /** In milliseconds: inclusive, and exclusive. */
  readonly createdFrom?: number | undefined;
  readonly createdBefore?: number | undefined;
}

/** Sequences between which a page lies; both are exclusive. With `after` the oldest come first. */
export interface EventRange {
  readonly before?: number | undefined;
  readonly after?: number | undefined;
  readonly limit: number;
}

/** A merchant's events that have a sequence, in its order: the newest first, or with `after` the oldest first. */
export async function listEvents(
  db: EntityManager,
  { merchantId, livemode }: MerchantScope,
  { types, objectId, createdFrom, createdBefore }: EventFilter,
  { before, after, limit }: EventRange,
): Promise<EventRow[]> {
  if (types?.length === 0) return [];
  const conditions = ["merchant_id = ?", "livemode = ?", "sequence > ?"];
  const values: unknown[] = [merchantId, livemode, after ?? 0];
  const where = (condition: string, ...more: readonly unknown[]): void => {
    conditions.push(condition);
    values.push(...more);
  };
  if (before !== undefined) where("sequence < ?", before);
  if (types !== undefined) where(`type IN (${placeholdersFor(types)})`, ...types);
  if (objectId !== undefined) where("object_id = ?", objectId);
  if (createdFrom !== undefined) where("created_at >= ?", createdFrom);
  if (createdBefore !== undefined) where("created_at < ?", createdBefore);
  const order = after === undefined ? "DESC" : "ASC";
  const condition = `WHERE ${conditions.join(" AND ")} ORDER BY sequence ${order} LIMIT ${limit}`;
  return await selectRows(db, events, condition, values);
}

const WALKED = columnsOf(events, "id", "type", "createdAt", "sequence");

/** What says whether an event is wanted. */
export type WalkedEvent = PartOf<typeof WALKED>;

/** The events after a sequence, in its order, without their objects: a walk over all of them needs no more. */
export async function listEventsAfter(
  db: EntityManager,
  { merchantId, livemode }: MerchantScope,
  after: number,
  limit: number,
): Promise<WalkedEvent[]> {
  const condition = `WHERE merchant_id = ? AND livemode = ? AND sequence > ? ORDER BY sequence LIMIT ${limit}`;
  return await selectColumns(db, WALKED, condition, [merchantId, livemode, after]);
}

const NUMBERED_AT = columnsOf(events, "numberedAt");

/** When the event with this sequence was numbered; undefined if it is no longer kept. */
export async function findNumberedAt(
  db: EntityManager,
  { merchantId, livemode }: MerchantScope,
  sequence: number,
): Promise<number | undefined> {
  const condition = "WHERE merchant_id = ? AND livemode = ? AND sequence = ?";
  const [row] = await selectColumns(db, NUMBERED_AT, condition, [merchantId, livemode, sequence]);
  return row?.numberedAt ?? undefined;
}
