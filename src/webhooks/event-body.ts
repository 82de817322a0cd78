import { EventSchema } from "../../gen/calmonypay/v1/event_pb.js";
import type { EventRow } from "../db/tables/events.js";
import { type EventMessageParts, eventMessages } from "../rpc/messages/event-message.js";
import { plainDialect } from "../transcode/json/plain-dialect.js";

/** The bytes that are posted of each event: those that `GET /v1/events/{id}` answers at this moment. */
export async function eventBodies(
  parts: EventMessageParts,
  events: readonly EventRow[],
  pendingWebhooks: ReadonlyMap<string, number>,
): Promise<ReadonlyMap<string, Buffer>> {
  const { write } = plainDialect.message(EventSchema);
  const messages = await eventMessages(parts, events, pendingWebhooks);
  return new Map(messages.map((message) => [message.id, Buffer.from(write(message))]));
}
