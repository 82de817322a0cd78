import { setTimeout as sleep } from "node:timers/promises";

import type { Database } from "../../../src/db/engine/database.js";
import { insertEvents } from "../../../src/db/tables/events.js";
import { inTransaction } from "../../../src/db/transaction.js";
import { newId } from "../../../src/lib/ids.js";
import type { BenchPlace } from "../bench-place.js";

/** Asks for so many events of the merchant's test mode: in one transaction, or at a rate. */
export interface EventsQuestion {
  readonly events: number;
  /** Undefined: all at once. */
  readonly perSecond?: number;
}

/** When each event was committed, in milliseconds since the epoch. */
export type EventTimes = readonly (readonly [string, number])[];

/** Commits events, as calls of the API do it. An event keeps a customer as its row is. */
export async function makeEvents(
  db: Database,
  { merchantId }: BenchPlace,
  { events, perSecond }: EventsQuestion,
): Promise<EventTimes> {
  if (perSecond === undefined) return await commitEvents(db, merchantId, events);
  const started = performance.now();
  const times: (readonly [string, number])[] = [];
  while (times.length < events) {
    const due = Math.ceil(((performance.now() - started) * perSecond) / 1000);
    const count = Math.min(due, events) - times.length;
    if (count > 0) times.push(...(await commitEvents(db, merchantId, count)));
    // The rate is what is made here: there is no condition to wait for.
    await sleep(TICK_MS);
  }
  return times;
}

/** Events that are due at the same tick are committed together. */
const TICK_MS = 5;

/** SQLite takes no more than some 32 000 values in a statement. */
const CHUNK = 200;

async function commitEvents(db: Database, merchantId: string, count: number): Promise<EventTimes> {
  const rows = Array.from({ length: count }, () => newEvent(merchantId));
  await inTransaction(db, "READ COMMITTED", (tx) => {
    for (let at = 0; at < count; at += CHUNK) insertEvents(tx, rows.slice(at, at + CHUNK));
    return Promise.resolve();
  });
  const committed = performance.timeOrigin + performance.now();
  return rows.map(({ id }) => [id, committed]);
}

function newEvent(merchantId: string) {
  const now = Date.now();
  const customer = {
    id: "cus_abc123",
    merchantId,
    livemode: false,
    email: "ann@shop.example",
    name: "Ann Example",
    metadata: { order: "6735", channel: "web" },
    createdAt: now,
    deletedAt: null,
  };
  return {
    id: newId("evt", now),
    merchantId,
    livemode: false,
    type: "customer.updated" as const,
    objectId: customer.id,
    object: customer,
    requestId: newId("req", now),
    idempotencyKeySealed: null,
    createdAt: now,
  };
}
