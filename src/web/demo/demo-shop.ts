import {
  type CreateCheckoutSessionRequest,
  CreateCheckoutSessionRequestSchema,
} from "../../../gen/calmonypay/v1/checkout_service_pb.js";
import type { CheckoutContext } from "../../checkout/context.js";
import { listEvents } from "../../checkout/events/list-events.js";
import { findDemonstration } from "../../checkout/merchants/create-demonstration.js";
import { createSession } from "../../checkout/sessions/create-session.js";
import { getSession } from "../../checkout/sessions/get-session.js";
import { clockOf } from "../../checkout/test-clock.js";
import { countCheckoutSessions } from "../../db/tables/checkout-session-list.js";
import type { EventRow } from "../../db/tables/events.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { Refusal } from "../../domain/refusal.js";
import type { CheckoutSession } from "../../domain/session.js";
import { reuseFor } from "../../lib/cache.js";
import { orderOf } from "../../rpc/messages/session-order.js";
import { plainDialect } from "../../transcode/json/plain-dialect.js";
import { itemsOf, newOrder, SHOP_REFERENCE } from "./demo-order.js";
import { createOrderLimits, SESSIONS_MAX } from "./order-limits.js";

/** What became of a posted basket. */
export type PlacedOrder = { readonly sessionId: string } | "empty" | "too many" | "closed";

/** An order of the shop, and the events of its session and payment so far, the oldest first. */
export interface DemoOrder {
  readonly session: CheckoutSession;
  readonly events: readonly EventRow[];
}

/**
 * A shop that sells nothing, for trying: it belongs to the demonstration merchant and calls the service as a merchant's
 * server would, in test mode. Anyone may open it, so it takes no text, and places few orders (see order-limits.ts).
 */
export interface DemoShop {
  /** Whether there is one: in test mode, where a demonstration merchant was made. */
  isOpen(): Promise<boolean>;
  /** Creates the session of a basket, for a client of this address; undefined where that is not known. */
  place(posted: URLSearchParams, address: string | undefined): Promise<PlacedOrder>;
  /** One of the shop's own orders. Undefined for any other session. */
  find(sessionId: string): Promise<DemoOrder | undefined>;
}

/** The shop of a service. */
export function demoShopOf(checkout: CheckoutContext): DemoShop {
  const known = shops.get(checkout);
  if (known !== undefined) return known;
  const shop = createDemoShop(checkout);
  shops.set(checkout, shop);
  return shop;
}

/** A process has one service; that of the tests has many. */
const shops = new WeakMap<CheckoutContext, DemoShop>();

/** `keys demo` may make it while the service runs. However many visitors ask, the table is read this often only. */
const MERCHANT_KEPT_MS = 2_000;

function createDemoShop(checkout: CheckoutContext): DemoShop {
  const { db } = checkout;
  const limits = createOrderLimits();
  const merchant = reuseFor(MERCHANT_KEPT_MS, () => findDemonstration(db.manager));
  const scopeOf = async (): Promise<MerchantScope | undefined> => {
    const merchantId = checkout.testMode ? await merchant() : undefined;
    return merchantId === undefined ? undefined : { merchantId, livemode: false };
  };
  return {
    isOpen: async () => (await scopeOf()) !== undefined,
    async place(posted, address) {
      const scope = await scopeOf();
      if (scope === undefined) return "closed";
      const items = itemsOf(posted);
      if (items === undefined) return "empty";
      if (!limits.take(address)) return "too many";
      if ((await countCheckoutSessions(db.manager, scope, SESSIONS_MAX)) >= SESSIONS_MAX) return "closed";
      // The very text that the page shows, read as the API reads it. The merchant's clock may be ahead.
      const body = newOrder(checkout, items, (await clockOf(checkout, scope)).now());
      const request = CREATE.read(body) as CreateCheckoutSessionRequest;
      const { session } = await createSession(checkout, scope, orderOf(request), undefined);
      return { sessionId: session.id };
    },
    async find(sessionId) {
      const scope = await scopeOf();
      const session = scope && (await findSession(checkout, scope, sessionId));
      if (scope === undefined || session?.clientReferenceId !== SHOP_REFERENCE) return undefined;
      return { session, events: await eventsOf(checkout, scope, session) };
    },
  };
}

const CREATE = plainDialect.message(CreateCheckoutSessionRequestSchema);

async function findSession(
  checkout: CheckoutContext,
  scope: MerchantScope,
  id: string,
): Promise<CheckoutSession | undefined> {
  try {
    return await getSession(checkout, scope, id);
  } catch (error) {
    if (error instanceof Refusal) return undefined; // There is none, or it is another merchant's.
    throw error;
  }
}

/** A session's story has three events or four. */
const EVENTS_MAX = 20;

async function eventsOf(
  checkout: CheckoutContext,
  scope: MerchantScope,
  { id, paymentIntentId }: CheckoutSession,
): Promise<EventRow[]> {
  const page = { after: 0, limit: EVENTS_MAX, startingAfter: undefined, endingBefore: undefined };
  const objects = paymentIntentId === null ? [id] : [id, paymentIntentId];
  const found = await Promise.all(
    objects.map((objectId) => listEvents(checkout, scope, { types: undefined, objectId }, page)),
  );
  const all = found.flatMap(({ data }) => data);
  return all.toSorted((a, b) => (a.sequence ?? 0) - (b.sequence ?? 0));
}
