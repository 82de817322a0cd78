import type { ServiceImpl } from "@connectrpc/connect";

import type { Event } from "../../../gen/calmonypay/v1/event_pb.js";
import type { EventService, ListEventsRequest } from "../../../gen/calmonypay/v1/event_service_pb.js";
import type { CheckoutContext } from "../../checkout/context.js";
import { getEvent } from "../../checkout/events/get-event.js";
import { listEvents } from "../../checkout/events/list-events.js";
import type { EventFilter } from "../../db/tables/event-list.js";
import type { EventRow } from "../../db/tables/events.js";
import { EVENT_TYPES, isEventPattern, isWanted } from "../../domain/event.js";
import { Refusal } from "../../domain/refusal.js";
import { callerOf } from "../interceptors/authenticate.js";
import { createdOf } from "../messages/checkout-session-message.js";
import { eventMessages } from "../messages/event-message.js";
import { pageOf } from "../messages/page-request.js";

/** EventService: message in, use case, message out. */
export function eventHandlers(
  checkout: CheckoutContext,
): Pick<ServiceImpl<typeof EventService>, "getEvent" | "listEvents"> {
  const messagesOf = async (rows: readonly EventRow[]): Promise<Event[]> =>
    await eventMessages(checkout, rows, new Map());

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
  };
}

function filterOf({ type, types, relatedObject, created }: ListEventsRequest): EventFilter {
  if (type !== undefined && types.length > 0) {
    throw new Refusal("PARAMETERS_EXCLUSIVE", "Give either type or types.", "types");
  }
  const patterns = type === undefined ? types : [type];
  return {
    types: typesOf(patterns, type === undefined ? "types" : "type"),
    objectId: relatedObject,
    ...createdOf(created),
  };
}

/** The types that patterns ask for; undefined for all. */
function typesOf(patterns: readonly string[], param: string): EventFilter["types"] {
  if (patterns.length === 0) return undefined;
  const unknown = patterns.find((pattern) => !isEventPattern(pattern));
  if (unknown !== undefined) {
    throw new Refusal("PARAMETER_INVALID", `There is no type of event like ${unknown}.`, param);
  }
  return EVENT_TYPES.filter((type) => isWanted(type, patterns));
}
