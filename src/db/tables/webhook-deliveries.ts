import type { EntityManager } from "typeorm";
import { EntitySchema } from "typeorm/entity-schema/EntitySchema.js";

import type { EventType } from "../../domain/event.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { isId } from "../../lib/ids.js";
import { bytes, flag, id, index, integer, optional, primary, time, uniqueIndex } from "../engine/columns.js";
import { sqlExecutorOf } from "../engine/sql-executor.js";
import { deleteRows } from "../query/delete.js";
import { insertRows } from "../query/insert.js";
import { lockRow, placeholdersFor, selectColumns, selectRow } from "../query/select.js";
import { columnsOf, type PartOf } from "../query/table.js";
import { updateRows } from "../query/update.js";
import type { Tx } from "../transaction.js";
import { webhookAttempts } from "./webhook-attempts.js";

/** Where a delivery stands. Only a pending one is sent. */
export type DeliveryStatus = "pending" | "succeeded" | "failed" | "canceled";

/**
 * Which places a pending delivery is sent from: `first` tries to endpoints that answer, or `later` ones, which retries
 * and endpoints that fail share.
 */
export type DeliveryLane = "first" | "later";

/** One event on its way to one webhook endpoint. Its times are real ones, whatever the merchant's clock shows. */
export interface WebhookDeliveryRow extends MerchantScope {
  readonly id: string;
  readonly eventId: string;
  readonly eventType: EventType;
  readonly endpointId: string;
  readonly status: DeliveryStatus;
  /** How many attempts were made. */
  readonly attemptCount: number;
  /** How many of the schedule's attempts have failed: it begins anew where a delivery is sent again on request. */
  readonly scheduleStep: number;
  /** Null unless it is pending. */
  readonly lane: DeliveryLane | null;
  /** When the next attempt is due; while one is under way, when its lease ends. Null unless it is pending. */
  readonly nextAttemptAt: number | null;
  /** The lease of the process that makes an attempt; null if none does. */
  readonly leaseId: string | null;
  /** What every attempt sends. */
  readonly body: Buffer;
  readonly createdAt: number;
}

export const webhookDeliveries = new EntitySchema<WebhookDeliveryRow>({
  name: "webhook_delivery",
  synchronize: false,
  columns: {
    id: primary(id()),
    merchantId: id(),
    livemode: flag(),
    eventId: id(),
    eventType: id(),
    endpointId: id(),
    status: id(),
    attemptCount: integer(),
    scheduleStep: integer(),
    lane: optional(id()),
    nextAttemptAt: optional(time()),
    leaseId: optional(id()),
    body: bytes(),
    createdAt: time(),
  },
  indices: [
    uniqueIndex("endpointId", "eventId"),
    index("eventId", "id"),
    index("endpointId", "id"),
    index("endpointId", "status", "id"),
    index("lane", "endpointId", "nextAttemptAt"),
    index("merchantId", "livemode", "id"),
    index("merchantId", "livemode", "status", "id"),
  ],
});

/** What the API shows of a delivery. */
export const VIEWED_DELIVERY = columnsOf(
  webhookDeliveries,
  "id",
  "merchantId",
  "livemode",
  "eventId",
  "eventType",
  "endpointId",
  "status",
  "attemptCount",
  "nextAttemptAt",
  "createdAt",
);

/** A delivery without its body. */
export type ViewedDelivery = PartOf<typeof VIEWED_DELIVERY>;

/** Stores new deliveries. */
export async function insertDeliveries(tx: Tx, rows: readonly WebhookDeliveryRow[]): Promise<void> {
  for (let at = 0; at < rows.length; at += INSERTED_AT_ONCE)
    await insertRows(tx, webhookDeliveries, ...rows.slice(at, at + INSERTED_AT_ONCE));
}

/** SQLite takes 32766 values in a statement, and a server's packets should stay small. */
const INSERTED_AT_ONCE = 100;

/** The delivery with exactly this id, of any merchant. */
export async function findDelivery(
  db: EntityManager,
  deliveryId: string,
): Promise<ViewedDelivery | undefined> {
  if (!isId("wd", deliveryId)) return undefined;
  return (await selectColumns(db, VIEWED_DELIVERY, "WHERE id = ?", [deliveryId]))[0];
}

/** Reads and locks a delivery until the transaction ends. Throws if it is absent. */
export async function lockDelivery(tx: Tx, deliveryId: string): Promise<WebhookDeliveryRow> {
  return await lockRow(tx, webhookDeliveries, "WHERE id = ?", [deliveryId]);
}

/** Those of the events that have a delivery to this endpoint. */
export async function findDeliveredEvents(
  db: EntityManager,
  endpointId: string,
  eventIds: readonly string[],
): Promise<ReadonlySet<string>> {
  if (eventIds.length === 0) return new Set();
  const condition = `WHERE endpoint_id = ? AND event_id IN (${placeholdersFor(eventIds)})`;
  const rows = await selectColumns(db, EVENT_IDS, condition, [endpointId, ...eventIds]);
  return new Set(rows.map(({ eventId }) => eventId));
}

const EVENT_IDS = columnsOf(webhookDeliveries, "eventId");

/** Deletes the deliveries of events, and their attempts. */
export async function deleteDeliveriesOf(tx: Tx, eventIds: readonly string[]): Promise<void> {
  if (eventIds.length === 0) return;
  const ofEvents = `event_id IN (${placeholdersFor(eventIds)})`;
  const deliveries = `SELECT id FROM webhook_delivery WHERE ${ofEvents}`;
  await deleteRows(tx, webhookAttempts, `delivery_id IN (${deliveries})`, eventIds);
  await deleteRows(tx, webhookDeliveries, ofEvents, eventIds);
}

/** How many webhook endpoints have not received each of these events yet. Events without any are left out. */
export async function countPendingByEvent(
  db: EntityManager,
  eventIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (eventIds.length === 0) return new Map();
  const sql = `SELECT event_id AS event, COUNT(*) AS pending FROM webhook_delivery
    WHERE event_id IN (${placeholdersFor(eventIds)}) AND status = 'pending' GROUP BY event_id`;
  const { rows = [] } = await sqlExecutorOf(db).run(sql, eventIds);
  return new Map(rows.map(({ event, pending }) => [String(event), Number(pending)]));
}

/** Cancels pending deliveries to an endpoint, a batch of them. Returns how many. */
export async function cancelPending(tx: Tx, endpointId: string, limit: number): Promise<number> {
  const condition = `WHERE endpoint_id = ? AND status = 'pending' LIMIT ${limit}`;
  const found = await selectColumns(tx, IDS, condition, [endpointId]);
  return await cancelDeliveries(
    tx,
    found.map((row) => row.id),
  );
}

/** Cancels these deliveries as far as they are pending. */
export async function cancelDeliveries(tx: Tx, ids: readonly string[]): Promise<number> {
  if (ids.length === 0) return 0;
  const change = { status: "canceled", lane: null, nextAttemptAt: null, leaseId: null } as const;
  const condition = `id IN (${placeholdersFor(ids)}) AND status = 'pending'`;
  return await updateRows(tx, webhookDeliveries, change, condition, ids);
}

const IDS = columnsOf(webhookDeliveries, "id");

/** How many deliveries are pending, and since when the oldest of them is; null if there is none. */
export async function measurePending(
  db: EntityManager,
): Promise<{ readonly pending: number; readonly oldest: number | null }> {
  const sql = `SELECT COUNT(*) AS pending, MIN(id) AS oldest FROM webhook_delivery WHERE lane IN ('first', 'later')`;
  const { rows = [] } = await sqlExecutorOf(db).run(sql, []);
  const [{ pending, oldest } = {}] = rows;
  if (typeof oldest !== "string") return { pending: 0, oldest: null };
  const row = await selectRow(db, webhookDeliveries, "WHERE id = ?", [oldest]);
  return { pending: Number(pending), oldest: row?.createdAt ?? null };
}
