import type { CheckoutContext } from "../../checkout/context.js";
import { viewPayPage } from "../../checkout/sessions/open-pay-page.js";
import type { PageOrder } from "../../checkout/sessions/pay-page-state.js";
import { inTime } from "../../db/answer-in-time.js";
import { isDatabaseAway } from "../../db/engine/database-errors.js";
import { type Cache, createCache } from "../../lib/cache.js";
import type { KnownOrder } from "../answers/order-parts.js";

/** Keeps what a session's page tells of it, for a page that cannot read it: none of it changes. Items are too much. */
export function rememberOrder(
  checkout: CheckoutContext,
  sessionId: string,
  { order, cancelUrl = null }: { readonly order: PageOrder; readonly cancelUrl?: string | null },
): void {
  ordersOf(checkout).set(sessionId, { order: { ...order, items: [] }, cancelUrl });
}

/** What this process has told of a session lately. Undefined: nothing. */
export function knownOrder(checkout: CheckoutContext, sessionId: string): KnownOrder | undefined {
  return ordersOf(checkout).get(sessionId);
}

/** What a page tells of a session that it does not read for anything else. Undefined where it cannot be known now. */
export async function findOrder(
  checkout: CheckoutContext,
  sessionId: string,
): Promise<KnownOrder | undefined> {
  const known = knownOrder(checkout, sessionId);
  if (known !== undefined) return known;
  try {
    const page = await inTime(viewPayPage(checkout, sessionId, undefined));
    if (page.kind !== "unknown") rememberOrder(checkout, sessionId, page);
  } catch (error) {
    if (!isDatabaseAway(error)) throw error;
  }
  return knownOrder(checkout, sessionId);
}

/** Of so many sessions: a megabyte or two. */
const ORDERS_MAX = 5000;

function ordersOf(checkout: CheckoutContext): Cache<string, KnownOrder> {
  const known = orders.get(checkout);
  if (known !== undefined) return known;
  const made = createCache<string, KnownOrder>({ max: ORDERS_MAX });
  orders.set(checkout, made);
  return made;
}

/** A process has one service; that of the tests has many. */
const orders = new WeakMap<CheckoutContext, Cache<string, KnownOrder>>();
