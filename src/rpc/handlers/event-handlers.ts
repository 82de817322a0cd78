import type { ServiceImpl } from "@connectrpc/connect";

import type { Event } from "../../../gen/calmonypay/v1/event_pb.js";
import type { EventService, ListEventsRequest } from "../../../gen/calmonypay/v1/event_service_pb.js";
import type { CheckoutContext } from "../../checkout/context.js";
import { getEvent } from "../../checkout/events/get-event.js";
import { streamEvents, type ReadPage } from "../../checkout/events/stream-events.js";
import { listEvents } from "../../checkout/events/list-events.js";
import { wantedTypes } from "../../checkout/events/wanted-types.js";
import type { EventFilter } from "../../db/tables/event-list.js";
import type { EventRow } from "../../db/tables/events.js";
import { countPendingByEvent } from "../../db/tables/webhook-deliveries.js";
import { Refusal } from "../../domain/refusal.js";
import { callerOf } from "../interceptors/authenticate.js";
import { eventMessages } from "../messages/event-message.js";
import { pageOf } from "../messages/page-request.js";
import { createdOf } from "../messages/time-range.js";
import type { EventOfPage } from "./event-pages.js";

/** EventService: message in, use case, message out. */
export function eventHandlers(
  checkout: CheckoutContext,
  pages: ReadPage<EventOfPage>,
): ServiceImpl<typeof EventService> {
  const messagesOf = async (rows: readonly EventRow[]): Promise<Event[]> =>
    await eventMessages(checkout, rows, await countPendingByEvent(checkout.db.manager, idsOf(rows)));

  return {
    async getEvent({ id }, { values }) {
      const [event] = await messagesOf([await getEvent(checkout, callerOf(values), id)]);
      return event === undefined ? {} : { event };
    },

    async listEvents(request, { values }) {
      const after = request.after === undefined ? undefined : Number(request.after);
      const page = { ...pageOf(request), after };
      const { data, hasMore } = await listEvents(checkout, callerOf(values), filterOf(request), page);
      return { object: "list", data: await messagesOf(data), hasMore, url: "/v1/events" };
    },

    async *streamEvents(request, { values, signal }) {
      const after = request.after === undefined ? undefined : Number(request.after);
      const wanted = { after, types: wantedTypes(request.types, "types") };
      for await (const one of streamEvents(checkout, callerOf(values), wanted, pages, signal)) {
        const { event, sequence, ending } = one;
        yield { sequence: BigInt(sequence), ending, ...(event && { event: event.message }) };
      }
    },
  };
}

function filterOf({ type, types, relatedObject, created }: ListEventsRequest): EventFilter {
  if (type !== undefined && types.length > 0) {
    throw new Refusal("PARAMETERS_EXCLUSIVE", "Give either type or types.", "types");
  }
  const patterns = type === undefined ? types : [type];
  return {
    types: wantedTypes(patterns, type === undefined ? "types" : "type"),
    objectId: relatedObject,
    ...createdOf(created),
  };
}

function idsOf(rows: readonly EventRow[]): string[] {
  return rows.map(({ id }) => id);
}
