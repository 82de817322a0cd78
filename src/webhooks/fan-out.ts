import type { CheckoutContext } from "../checkout/context.js";
import type { FanOut, NumberedEvent } from "../checkout/events/number-events.js";
import type { DeliverMissing } from "../checkout/webhooks/recover-webhook-endpoint.js";
import { type EventRow, findEvents } from "../db/tables/events.js";
import {
  findDeliveredEvents,
  insertDeliveries,
  type WebhookDeliveryRow,
} from "../db/tables/webhook-deliveries.js";
import { listAllWebhookEndpoints, type WebhookEndpointRow } from "../db/tables/webhook-endpoints.js";
import type { Tx } from "../db/transaction.js";
import { isWanted, TEST_EVENT } from "../domain/event.js";
import { newId } from "../lib/ids.js";
import type { EventMessageParts } from "../rpc/messages/event-message.js";
import type { LeasedDelivery } from "./delivery-attempt.js";
import { eventBodies } from "./event-body.js";
import { LEASE_MS } from "./lease.js";

type FanOutParts = EventMessageParts & Pick<CheckoutContext, "clock">;

/** What posts new deliveries of this process at once. */
export interface FirstDeliveries {
  /** How many more to this endpoint it has room for. */
  roomFor(this: void, endpointId: string): number;
  /**
   * Takes new deliveries that were made under a lease of this process, once that is committed; and endpoints that have
   * others, without a lease.
   */
  take(this: void, leased: readonly LeasedDelivery[], waiting: Iterable<string>): void;
}

/**
 * Makes the deliveries of events that have just got their sequences, in that transaction: one for each endpoint that
 * wants the event. The body that every attempt sends is made here, once. The events are of one merchant and mode.
 *
 * As far as this process has room for them they are made under a lease of it, and posted right after the commit: then
 * no transaction looks for them and leases them. If it dies before, they are due once that lease has ended.
 *
 * An event that was committed in the second before its endpoint was created may be sent, too; none of those that were
 * committed since is missed.
 */
export function createFanOut(parts: FanOutParts, first: FirstDeliveries): FanOut {
  return async (tx, events) => {
    const [one] = events;
    if (one === undefined) return undefined;
    const endpoints = (await listAllWebhookEndpoints(tx, one)).filter(
      ({ disabledReason }) => disabledReason === null,
    );
    const wanted = events.flatMap((event) => {
      const receivers = endpoints.filter((endpoint) => wants(endpoint, event));
      return receivers.length === 0 ? [] : [{ eventId: event.id, receivers }];
    });
    const made = await deliver(parts, tx, wanted, leasing(first, parts.clock.now()));
    if (made.length === 0) return undefined;
    const leased = made.filter(({ delivery }) => delivery.leaseId !== null);
    const waiting = made.filter(({ delivery: { lane, leaseId } }) => lane === "first" && leaseId === null);
    const endpointIds = new Set(waiting.map(({ endpoint }) => endpoint.id));
    return () => first.take(leased, endpointIds);
  };
}

/** Gives new deliveries a lease as far as there is room for them. */
function leasing({ roomFor }: FirstDeliveries, now: number): Leasing {
  const room = new Map<string, number>();
  const lease = { leaseId: newId("lease", now), nextAttemptAt: now + LEASE_MS };
  return ({ id, failingSince }) => {
    const left = failingSince === null ? (room.get(id) ?? roomFor(id)) : 0;
    room.set(id, left - 1);
    return left > 0 ? lease : undefined;
  };
}

/** The lease under which a new delivery to this endpoint is made; undefined: none. */
type Leasing = (
  endpoint: WebhookEndpointRow,
) => { readonly leaseId: string; readonly nextAttemptAt: number } | undefined;

/** Makes the deliveries to one endpoint that events do not have yet. */
export function createDeliverMissing(parts: FanOutParts): DeliverMissing {
  return async (tx, endpoint, events) => {
    const ids = events.map(({ id }) => id);
    const delivered = await findDeliveredEvents(tx, endpoint.id, ids);
    const missing = ids.filter((id) => !delivered.has(id));
    await deliver(
      parts,
      tx,
      missing.map((eventId) => ({ eventId, receivers: [endpoint] })),
      () => undefined,
    );
    return missing.length;
  };
}

function wants({ id, enabledEvents }: WebhookEndpointRow, { type, objectId }: NumberedEvent): boolean {
  return type === TEST_EVENT ? objectId === id : isWanted(type, enabledEvents);
}

/** An event, and the endpoints that it is sent to. */
interface Wanted {
  readonly eventId: string;
  readonly receivers: readonly WebhookEndpointRow[];
}

async function deliver(
  parts: FanOutParts,
  tx: Tx,
  wanted: readonly Wanted[],
  leaseFor: Leasing,
): Promise<LeasedDelivery[]> {
  if (wanted.length === 0) return [];
  const events = await findEvents(
    tx,
    wanted.map(({ eventId }) => eventId),
  );
  const byId = new Map(events.map((event) => [event.id, event]));
  const pending = new Map(wanted.map(({ eventId, receivers }) => [eventId, receivers.length]));
  // Inside a transaction everything is read through it.
  const inside = { ...parts, db: { ...parts.db, manager: tx } };
  const bodies = await eventBodies(inside, events, pending);
  const now = parts.clock.now();
  const made = wanted.flatMap(({ eventId, receivers }) => {
    const event = byId.get(eventId);
    const body = bodies.get(eventId);
    if (event === undefined || body === undefined) return [];
    return receivers.map((endpoint) => {
      const delivery = { ...deliveryOf(event, endpoint, body, now), ...leaseFor(endpoint) };
      return { delivery, endpoint };
    });
  });
  await insertDeliveries(
    tx,
    made.map(({ delivery }) => delivery),
  );
  return made;
}

function deliveryOf(
  { id: eventId, type: eventType, merchantId, livemode }: EventRow,
  { id: endpointId, failingSince }: WebhookEndpointRow,
  body: Buffer,
  now: number,
): WebhookDeliveryRow {
  return {
    id: newId("wd", now),
    merchantId,
    livemode,
    eventId,
    eventType,
    endpointId,
    status: "pending",
    attemptCount: 0,
    scheduleStep: 0,
    lane: failingSince === null ? "first" : "later",
    nextAttemptAt: now,
    leaseId: null,
    body,
    createdAt: now,
  };
}
