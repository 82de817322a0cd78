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
import { eventBodies } from "./event-body.js";

type FanOutParts = EventMessageParts & Pick<CheckoutContext, "clock">;

/**
 * Makes the deliveries of events that have just got their sequences, in that transaction: one for each endpoint that
 * wants the event. The body that every attempt sends is made here, once. The events are of one merchant and mode.
 *
 * An event that was committed in the second before its endpoint was created may be sent, too; none of those that were
 * committed since is missed.
 */
export function createFanOut(parts: FanOutParts): FanOut {
  return async (tx, events) => {
    const [first] = events;
    if (first === undefined) return;
    const endpoints = (await listAllWebhookEndpoints(tx, first)).filter(
      ({ disabledReason }) => disabledReason === null,
    );
    const wanted = events.flatMap((event) => {
      const receivers = endpoints.filter((endpoint) => wants(endpoint, event));
      return receivers.length === 0 ? [] : [{ eventId: event.id, receivers }];
    });
    await deliver(parts, tx, wanted);
  };
}

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

async function deliver(parts: FanOutParts, tx: Tx, wanted: readonly Wanted[]): Promise<void> {
  if (wanted.length === 0) return;
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
  const rows = wanted.flatMap(({ eventId, receivers }) => {
    const event = byId.get(eventId);
    const body = bodies.get(eventId);
    if (event === undefined || body === undefined) return [];
    return receivers.map((endpoint) => deliveryOf(event, endpoint, body, now));
  });
  await insertDeliveries(tx, rows);
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
