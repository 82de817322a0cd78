import type { Changeable } from "../clean-snapshots.js";
import {
  type EventRead,
  isFor,
  type Reception,
  type StoredEvent,
  type WebhookSnapshots,
} from "./webhook-snapshots.js";

/**
 * Two endpoints of a merchant with three events, of which the second one wants two; another merchant has none. `evt_1`
 * failed at first, and `evt_3` was forgotten by its receiver and sent again.
 */
export function cleanWebhooks(): Changeable<WebhookSnapshots> {
  const events = [
    storedEvent(1, "payment_intent.succeeded", "pi_a"),
    storedEvent(2, "checkout.session.completed", "cs_a"),
    storedEvent(3, "checkout.session.expired", "cs_b"),
    { ...storedEvent(1, "customer.created", "cus_a"), id: "evt_4", merchant: "mer_b" },
  ];
  const endpoints = [
    { id: "we_all", merchant: "mer_a", livemode: false, wants: ["*"] },
    { id: "we_some", merchant: "mer_a", livemode: false, wants: ["checkout.session.*", "refund.created"] },
  ];
  const ways = endpoints.flatMap((endpoint) =>
    events.filter((event) => isFor(endpoint, event)).map((event) => ({ endpoint: endpoint.id, event })),
  );
  return {
    events,
    endpoints,
    deliveries: ways.map(({ endpoint, event: { id } }, index) => ({
      id: `wd_${index}`,
      event: id,
      endpoint,
      status: "succeeded",
    })),
    received: ways.flatMap(({ endpoint, event }) => {
      const last = reception(endpoint, event);
      if (event.id === "evt_1") return [{ ...last, status: 500, kept: false }, last];
      return event.id === "evt_3" ? [{ ...last, kept: false }, last] : [last];
    }),
    read: events.map(readOf),
    streamed: events.map(readOf),
  };
}

function readOf({ merchant, id, sequence }: StoredEvent): EventRead {
  return { merchant, id, sequence: sequence ?? 0 };
}

/** An event of the first merchant. */
export function storedEvent(sequence: number, type: string, object: string): Changeable<StoredEvent> {
  return { id: `evt_${sequence}`, merchant: "mer_a", livemode: false, type, object, sequence };
}

/** A request that its receiver has answered and kept. */
function reception(
  endpoint: string,
  { id, livemode, type, object, sequence }: StoredEvent,
): Changeable<Reception> {
  const says = { id, livemode, type, object, sequence };
  return { endpoint, event: id, says, bytes: `bytes of ${id}`, status: 200, kept: true, forged: undefined };
}
