import { events } from "../../../src/db/tables/events.js";
import { webhookDeliveries } from "../../../src/db/tables/webhook-deliveries.js";
import type { Environment } from "../environment.js";
import type { MadeEndpoint, WebhookSnapshots } from "./webhook-snapshots.js";

/** What the service has recorded about events, and what receivers and readers got. */
export async function readWebhooks(
  { books: { manager }, history }: Environment,
  endpoints: readonly MadeEndpoint[],
): Promise<WebhookSnapshots> {
  const stored = await manager.find(events);
  const deliveries = await manager.find(webhookDeliveries);
  return {
    events: stored.map(({ id, merchantId: merchant, livemode, type, objectId: object, sequence }) => ({
      id,
      merchant,
      livemode,
      type,
      object,
      sequence,
    })),
    deliveries: deliveries.map(({ id, eventId: event, endpointId: endpoint, status }) => ({
      id,
      event,
      endpoint,
      status,
    })),
    endpoints,
    received: history.receptions,
    read: history.eventsRead,
    streamed: history.eventsStreamed,
  };
}
