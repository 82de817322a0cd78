import type { EntityManager } from "typeorm";

import { type Select, columnsWhere, placeholdersFor, selectRows, selectTogether } from "../query/select.js";
import { columnsOf, type PartOf } from "../query/table.js";
import { queueUpdate, updateRows } from "../query/update.js";
import { freeForUpdate, type Tx } from "../transaction.js";
import {
  type DeliveryLane,
  type DeliveryStatus,
  webhookDeliveries,
  type WebhookDeliveryRow,
} from "./webhook-deliveries.js";

const DUE = columnsOf(webhookDeliveries, "id", "endpointId");

/** A delivery that is due, as far as it has to be known to give it a place. */
export type DueDelivery = PartOf<typeof DUE>;

/** Asks for deliveries that are due in one lane. */
export interface DueDeliveriesQuery {
  readonly lane: DeliveryLane;
  /** By the service's clock, in milliseconds since the epoch. */
  readonly now: number;
  /** Endpoints that are known to have some, and how many of each are wanted. */
  readonly known: ReadonlyMap<string, number>;
  /** How many of all other endpoints, those of one after those of another. */
  readonly others: number;
}

/**
 * Deliveries that are due: of each known endpoint so many at most, and some of endpoints that are not known yet. So
 * however many wait for one endpoint, they are not read before those of another.
 */
export async function listDueDeliveries(
  db: EntityManager,
  { lane, now, known, others }: DueDeliveriesQuery,
): Promise<DueDelivery[]> {
  const selects: Select<DueDelivery[]>[] = [];
  const due = (condition: string, values: readonly unknown[], limit: number): void => {
    if (limit <= 0) return;
    const where = `WHERE lane = ? AND ${condition} AND next_attempt_at <= ? LIMIT ${limit}`;
    selects.push(columnsWhere(DUE, where, [lane, ...values, now]));
  };
  for (const [endpointId, limit] of known) due("endpoint_id = ?", [endpointId], limit);
  const ids = [...known.keys()];
  due(ids.length === 0 ? "endpoint_id > ''" : `endpoint_id NOT IN (${placeholdersFor(ids)})`, ids, others);
  return (await selectTogether(db, ...selects)).flat();
}

/**
 * Leases those of the deliveries that are still due, until `until`. Rows that another transaction has locked are left
 * out.
 */
export async function leaseDeliveries(
  tx: Tx,
  ids: readonly string[],
  lease: { readonly leaseId: string; readonly now: number; readonly until: number },
): Promise<WebhookDeliveryRow[]> {
  const condition = `WHERE id IN (${placeholdersFor(ids)}) AND status = 'pending' AND next_attempt_at <= ?`;
  const rows = await selectRows(tx, webhookDeliveries, condition + freeForUpdate(tx), [...ids, lease.now]);
  if (rows.length === 0) return [];
  const leased = rows.map((row) => row.id);
  const change = { leaseId: lease.leaseId, nextAttemptAt: lease.until };
  queueUpdate(tx, webhookDeliveries, change, `id IN (${placeholdersFor(leased)})`, leased);
  return rows.map((row) => Object.assign(row, change));
}

/** A delivery that one process holds. */
export interface HeldDelivery {
  readonly id: string;
  readonly leaseId: string | null;
}

/** Records that deliveries were received, except those whose lease has ended and that are another process's now. */
export function noteReceived(tx: Tx, held: readonly HeldDelivery[]): void {
  if (held.length === 0) return;
  const leases = [...new Set(held.map(({ leaseId }) => leaseId))];
  const condition = `id IN (${placeholdersFor(held)}) AND lease_id IN (${placeholdersFor(leases)})`;
  queueUpdate(
    tx,
    webhookDeliveries,
    { status: "succeeded", attemptCount: () => "attempt_count + 1", ...AT_REST },
    condition,
    [...held.map(({ id }) => id), ...leases],
  );
}

/** What follows a failed attempt: the next one and its time, or with null the end. */
export interface NextAttempt {
  readonly step: number;
  readonly at: number | null;
}

/** Records a failed attempt, unless the lease has ended and the delivery is another process's now. */
export function noteFailed(tx: Tx, { id, leaseId }: HeldDelivery, { step, at }: NextAttempt): void {
  const next =
    at === null
      ? { status: "failed" as DeliveryStatus, ...AT_REST }
      : { scheduleStep: step, lane: "later" as DeliveryLane, nextAttemptAt: at, leaseId: null };
  queueUpdate(
    tx,
    webhookDeliveries,
    { attemptCount: () => "attempt_count + 1", ...next },
    "id = ? AND lease_id = ?",
    [id, leaseId],
  );
}

const AT_REST = { lane: null, nextAttemptAt: null, leaseId: null } as const;

/** Has deliveries sent again at once, with the schedule from its beginning. Returns how many. */
export async function sendAgain(
  tx: Tx,
  ids: readonly string[],
  lane: DeliveryLane,
  now: number,
): Promise<number> {
  if (ids.length === 0) return 0;
  const change = { status: "pending", scheduleStep: 0, lane, nextAttemptAt: now, leaseId: null } as const;
  return await updateRows(tx, webhookDeliveries, change, `id IN (${placeholdersFor(ids)})`, ids);
}

const RECOVERABLE = columnsOf(webhookDeliveries, "id", "eventId");

/** Deliveries to an endpoint that were not received, after an event's id and in that order; none that is under way. */
export async function listRecoverable(
  tx: Tx,
  endpointId: string,
  afterEventId: string,
  limit: number,
): Promise<PartOf<typeof RECOVERABLE>[]> {
  const condition = `WHERE endpoint_id = ? AND event_id > ? AND status <> 'succeeded' AND lease_id IS NULL
    ORDER BY event_id LIMIT ${limit}`;
  const { sql, values, read } = columnsWhere(RECOVERABLE, condition, [endpointId, afterEventId]);
  const [rows] = await selectTogether<[PartOf<typeof RECOVERABLE>[]]>(tx, { sql, values, read });
  return rows;
}
