import { type EventFilter, listEvents as listRows } from "../../db/tables/event-list.js";
import { type EventRow, findEvent } from "../../db/tables/events.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import type { CheckoutContext } from "../context.js";
import { listPage, type Page, type PageRequest } from "../page.js";

/** The events that a caller wants: after a sequence the oldest first, otherwise a page with the newest first. */
export interface EventsRequest extends PageRequest {
  readonly after: number | undefined;
}

/** Lists a merchant's events that have a sequence. */
export async function listEvents(
  { db }: Pick<CheckoutContext, "db">,
  scope: MerchantScope,
  filter: EventFilter,
  { after, ...page }: EventsRequest,
): Promise<Page<EventRow>> {
  const { manager } = db;
  if (after !== undefined) {
    const rows = await listRows(manager, scope, filter, { after, limit: page.limit + 1 });
    return { data: rows.slice(0, page.limit), hasMore: rows.length > page.limit };
  }
  return await listPage(scope, page, {
    noun: "event",
    find: (id) => findEvent(manager, id),
    read: ({ limit }, { olderThan, newerThan }) => {
      // An event without a sequence is newer than all that have one.
      const before = olderThan && (olderThan.sequence ?? undefined);
      const behind = newerThan && (newerThan.sequence ?? Number.MAX_SAFE_INTEGER);
      return listRows(manager, scope, filter, { before, after: behind, limit });
    },
  });
}
