import type { CheckoutContext } from "../../checkout/context.js";
import { newWebhookSecret, sealWebhookSecret } from "../../checkout/webhooks/webhook-secret.js";
import { recordEvent } from "../../checkout/events/record-events.js";
import type { CheckoutSessionRow } from "../../db/tables/checkout-sessions.js";
import { type EventRow, findEvents } from "../../db/tables/events.js";
import { queueAttempts } from "../../db/tables/webhook-attempts.js";
import { insertDeliveries } from "../../db/tables/webhook-deliveries.js";
import { insertWebhookEndpoint } from "../../db/tables/webhook-endpoints.js";
import type { Tx } from "../../db/transaction.js";
import { eventBodies } from "../../webhooks/event-body.js";

/** What every object of the demonstration has. */
export interface Base {
  readonly merchantId: string;
  readonly livemode: boolean;
  readonly createdAt: number;
}

/**
 * Two endpoints, and the delivery of the paid session's event to one of them. It is over: nothing is posted until
 * a developer asks for it, since another program may listen at that address.
 */
export async function writeWebhooks(
  checkout: CheckoutContext,
  tx: Tx,
  base: Base,
  paid: CheckoutSessionRow,
): Promise<void> {
  for (const id of ["we_0demo", "we_0demoOld"]) {
    await insertWebhookEndpoint(tx, {
      ...base,
      id,
      url: "http://localhost:3000/webhooks",
      enabledEvents: ["webhook_endpoint.disabled"], // Hardly ever happens.
      description: null,
      metadata: {},
      disabledReason: null,
      failingSince: null,
      secretSealed: sealWebhookSecret(checkout, base, newWebhookSecret()),
      previousSecretSealed: null,
      previousSecretUntil: null,
      deletedAt: null,
    });
  }
  const at = { id: "evt_0demo", now: base.createdAt };
  recordEvent(checkout, tx, at, ["checkout.session.completed", paid]);
  for (const event of await findEvents(tx, [at.id])) await writeDelivery(checkout, tx, base, event);
}

async function writeDelivery(checkout: CheckoutContext, tx: Tx, base: Base, event: EventRow): Promise<void> {
  const inside = { ...checkout, db: { ...checkout.db, manager: tx } };
  const body = (await eventBodies(inside, [event], new Map())).get(event.id);
  if (body === undefined) throw new Error("The event has no body.");
  await insertDeliveries(tx, [
    {
      ...base,
      id: "wd_0demo",
      eventId: event.id,
      eventType: event.type,
      endpointId: "we_0demo",
      status: "failed",
      attemptCount: 1,
      scheduleStep: 1,
      lane: null,
      nextAttemptAt: null,
      leaseId: null,
      body,
    },
  ]);
  const answer = {
    durationMs: 87,
    httpStatus: 503,
    error: "The endpoint answered 503.",
    responseBody: "try later",
  };
  queueAttempts(tx, [{ id: "wa_0demo", deliveryId: "wd_0demo", createdAt: base.createdAt, ...answer }]);
}
