import type { EntityManager } from "typeorm";
import { EntitySchema } from "typeorm/entity-schema/EntitySchema.js";

import type { EventType } from "../../domain/event.js";
import { isId } from "../../lib/ids.js";
import {
  bytes,
  flag,
  id,
  index,
  integer,
  json,
  optional,
  primary,
  time,
  uniqueIndex,
} from "../engine/columns.js";
import { queueInsert } from "../query/insert.js";
import { placeholdersFor, selectRow, selectRows } from "../query/select.js";
import type { Tx } from "../transaction.js";

/**
 * The outbox: a row is written in the transaction that makes it true, so an event exists exactly if its cause
 * does.
 */
export interface EventRow {
  readonly id: string;
  readonly merchantId: string;
  readonly livemode: boolean;
  readonly type: EventType;
  /** Id of the object that the event is about. */
  readonly objectId: string;
  /** The object as the transaction left it, see `storedObject`. */
  readonly object: unknown;
  /** The API call that caused the event; null if none did. */
  readonly requestId: string | null;
  /** The call's idempotency key, sealed; null if it had none. */
  readonly idempotencyKeySealed: Buffer | null;
  /** By the merchant's clock. */
  readonly createdAt: number;
  /** Its place among the events of its merchant and mode, given out after the commit; null until then. */
  readonly sequence: number | null;
  /** When it got its place, by the real clock; null until then. */
  readonly numberedAt: number | null;
}

/** A new event, without a place among the others. */
export type NewEvent = Omit<EventRow, "sequence" | "numberedAt">;

export const events = new EntitySchema<EventRow>({
  name: "event",
  synchronize: false,
  columns: {
    id: primary(id()),
    merchantId: id(),
    livemode: flag(),
    type: id(),
    objectId: id(),
    object: json(),
    requestId: optional(id()),
    idempotencyKeySealed: optional(bytes()),
    createdAt: time(),
    sequence: optional(integer()),
    numberedAt: optional(time()),
  },
  indices: [uniqueIndex("merchantId", "livemode", "sequence"), index("numberedAt"), index("objectId")],
});

/** Stores events in the order given, with the transaction's next statement or its COMMIT. */
export function insertEvents(tx: Tx, rows: readonly NewEvent[]): void {
  queueInsert(tx, events, ...rows);
}

/** The event with exactly this id, of any merchant. */
export async function findEvent(db: EntityManager, eventId: string): Promise<EventRow | undefined> {
  if (!isId("evt", eventId)) return undefined;
  return await selectRow(db, events, "WHERE id = ?", [eventId]);
}

/** The events with these ids, of any merchant, in any order. */
export async function findEvents(db: EntityManager, ids: readonly string[]): Promise<EventRow[]> {
  if (ids.length === 0) return [];
  return await selectRows(db, events, `WHERE id IN (${placeholdersFor(ids)})`, ids);
}
