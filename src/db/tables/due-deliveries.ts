import type { EntityManager } from "typeorm";

import { sqlExecutorOf } from "../engine/sql-executor.js";
import { placeholdersFor, rowsWhere, selectColumns, selectTogether } from "../query/select.js";
import { columnsOf } from "../query/table.js";
import { type Change, queueUpdate, updateRows } from "../query/update.js";
import { freeForUpdate, type Tx } from "../transaction.js";
import {
  type DeliveryLane,
  type DeliveryStatus,
  webhookDeliveries,
  type WebhookDeliveryRow,
} from "./webhook-deliveries.js";

/** Asks for the endpoints that have deliveries due in one lane. */
export interface DueEndpointsQuery {
  readonly lane: DeliveryLane;
  /** By the service's clock, in milliseconds since the epoch. */
  readonly now: number;
  /** The endpoint after which to look: empty to begin with. */
  readonly after: string;
  readonly limit: number;
}

/**
 * The endpoints that have deliveries in a lane, in the order of their ids, each with whether any is due. It costs a
 * step of the index for each endpoint, however many deliveries wait for it, due or not.
 */
export async function listDueEndpoints(
  db: EntityManager,
  { lane, now, after, limit }: DueEndpointsQuery,
): Promise<{ readonly id: string; readonly isDue: boolean }[]> {
  const isSqlite = db.dataSource.options.type === "better-sqlite3";
  const { sql, values } = isSqlite
    ? { sql: STEPPED, values: [lane, after, lane, limit, lane] }
    : { sql: GROUPED, values: [lane, after, limit] };
  const { rows = [] } = await sqlExecutorOf(db).run(sql, values);
  return rows.map(({ id, due }) => ({ id: String(id), isDue: Number(due) <= now }));
}

/** A server steps from group to group by itself. */
const GROUPED = `SELECT endpoint_id AS id, MIN(next_attempt_at) AS due FROM webhook_delivery
  WHERE lane = ? AND endpoint_id > ? GROUP BY endpoint_id LIMIT ?`;

/** SQLite would read every row of each group. */
const STEPPED = `WITH RECURSIVE found (id, step) AS (
    SELECT (SELECT MIN(endpoint_id) FROM webhook_delivery WHERE lane = ? AND endpoint_id > ?), 1
    UNION ALL
    SELECT (SELECT MIN(endpoint_id) FROM webhook_delivery WHERE lane = ? AND endpoint_id > found.id), step + 1
    FROM found WHERE id IS NOT NULL AND step < ?
  )
  SELECT id, (SELECT MIN(next_attempt_at) FROM webhook_delivery WHERE lane = ? AND endpoint_id = found.id) AS due
  FROM found WHERE id IS NOT NULL`;

/** What to lease, and for how long. */
export interface LeaseOrder {
  readonly lane: DeliveryLane;
  /** By endpoint, how many are wanted at most. */
  readonly wanted: ReadonlyMap<string, number>;
  readonly leaseId: string;
  readonly now: number;
  readonly until: number;
}

/** Leases deliveries that are due, until `until`. Rows that another transaction has locked are left out. */
export async function leaseDeliveries(
  tx: Tx,
  { lane, wanted, leaseId, now, until }: LeaseOrder,
): Promise<WebhookDeliveryRow[]> {
  const selects = [...wanted].map(([endpointId, limit]) => {
    const due = `WHERE lane = ? AND endpoint_id = ? AND next_attempt_at <= ? LIMIT ${limit}${freeForUpdate(tx)}`;
    return rowsWhere(webhookDeliveries, due, [lane, endpointId, now]);
  });
  const rows = (await selectTogether<WebhookDeliveryRow[][]>(tx, ...selects)).flat();
  if (rows.length === 0) return [];
  const change = { leaseId, nextAttemptAt: until };
  const leased = rows.map(({ id }) => id);
  queueUpdate(tx, webhookDeliveries, change, `id IN (${placeholdersFor(leased)})`, leased);
  return rows.map((row) => Object.assign(row, change));
}

/** Gives leased deliveries back: they are due at once. */
export function endLeases(tx: Tx, held: readonly HeldDelivery[], now: number): void {
  changeHeld(tx, held, { nextAttemptAt: now, leaseId: null });
}

/** A delivery that one process holds. */
export interface HeldDelivery {
  readonly id: string;
  readonly leaseId: string | null;
}

/**
 * Records that deliveries were received, also those that were canceled meanwhile. What is to be sent again, on request
 * or since the lease has ended and it is another process's now, stays so.
 */
export function noteReceived(tx: Tx, held: readonly HeldDelivery[]): void {
  countUnleased(tx, held, { status: () => "CASE status WHEN 'canceled' THEN 'succeeded' ELSE status END" });
  changeHeld(tx, held, { status: "succeeded", attemptCount: () => "attempt_count + 1", ...AT_REST });
}

/** Counts attempts at deliveries that have lost their lease meanwhile; to be called in front of what ends leases. */
export function countUnleased(
  tx: Tx,
  held: readonly HeldDelivery[],
  change: Change<WebhookDeliveryRow> = {},
): void {
  if (held.length === 0) return;
  const leases = leasesOf(held);
  const others = `lease_id IS NULL OR lease_id NOT IN (${placeholdersFor(leases)})`;
  const condition = `id IN (${placeholdersFor(held)}) AND (${others})`;
  const values = [...held.map(({ id }) => id), ...leases];
  queueUpdate(
    tx,
    webhookDeliveries,
    { attemptCount: () => "attempt_count + 1", ...change },
    condition,
    values,
  );
}

function changeHeld(tx: Tx, held: readonly HeldDelivery[], change: Change<WebhookDeliveryRow>): void {
  if (held.length === 0) return;
  const leases = leasesOf(held);
  const condition = `id IN (${placeholdersFor(held)}) AND lease_id IN (${placeholdersFor(leases)})`;
  queueUpdate(tx, webhookDeliveries, change, condition, [...held.map(({ id }) => id), ...leases]);
}

function leasesOf(held: readonly HeldDelivery[]): (string | null)[] {
  return [...new Set(held.map(({ leaseId }) => leaseId))];
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

const RECOVERABLE = columnsOf(webhookDeliveries, "id");

/** Asks for deliveries to an endpoint that can be sent again. */
export interface RecoverableQuery {
  readonly endpointId: string;
  /** Not `succeeded`. */
  readonly status: DeliveryStatus;
  /** Both are exclusive. */
  readonly after: { readonly id: string; readonly eventId: string };
  readonly limit: number;
}

/** Deliveries to an endpoint with this status, in the order of their ids; none that is under way. */
export async function listRecoverable(
  tx: Tx,
  { endpointId, status, after, limit }: RecoverableQuery,
): Promise<string[]> {
  const condition = `WHERE endpoint_id = ? AND status = ? AND id > ? AND event_id > ? AND lease_id IS NULL
    ORDER BY id LIMIT ${limit}`;
  const values = [endpointId, status, after.id, after.eventId];
  return (await selectColumns(tx, RECOVERABLE, condition, values)).map(({ id }) => id);
}
