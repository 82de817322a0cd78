import { Semaphore } from "async-mutex";

import type { Event } from "../../../gen/calmonypay/v1/event_pb.js";
import type { CheckoutContext } from "../../checkout/context.js";
import { type PageEvent, readEventPage, type ReadPage } from "../../checkout/events/stream-events.js";
import { countPendingByEvent } from "../../db/tables/webhook-deliveries.js";
import { createCache } from "../../lib/cache.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { eventMessages } from "../messages/event-message.js";

/** An event of a page, and its message. */
export interface EventOfPage extends PageEvent {
  readonly message: Event;
}

/** A page has some 60 kB; live streams of a merchant all want the newest one. */
const PAGES_KEPT = 64;

/** A page never changes, but how many endpoints have not received its events does. */
const KEPT_MS = 1000;

/** Streams that catch up leave most database connections to calls. */
const READ_AT_ONCE = 4;

/**
 * Reads pages of events for all streams of the process: those that stand at one place share the page and its messages,
 * so that an event is read once, however many streams send it.
 */
export function createEventPages(checkout: CheckoutContext): ReadPage<EventOfPage> {
  const pages = createCache<string, Promise<EventOfPage[]>>({ max: PAGES_KEPT, keptMs: KEPT_MS });
  const places = new Semaphore(READ_AT_ONCE);
  const read = async (scope: MerchantScope, after: number): Promise<EventOfPage[]> => {
    const rows = await readEventPage(checkout, scope, after);
    const ids = rows.map(({ id }) => id);
    const messages = await eventMessages(checkout, rows, await countPendingByEvent(checkout.db.manager, ids));
    return rows.flatMap(({ type, sequence }, at) => {
      const message = messages[at];
      return message === undefined || sequence === null ? [] : [{ type, sequence, message }];
    });
  };
  return async (scope, after) => {
    const key = `${scope.merchantId} ${scope.livemode} ${after}`;
    const known = pages.get(key);
    if (known !== undefined) return await known;
    const reading = places.runExclusive(() => read(scope, after));
    pages.set(key, reading);
    try {
      return await reading;
    } catch (error) {
      pages.delete(key);
      throw error;
    }
  };
}
