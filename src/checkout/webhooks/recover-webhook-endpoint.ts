import { listRecoverable, sendAgain } from "../../db/tables/due-deliveries.js";
import { listEvents } from "../../db/tables/event-list.js";
import type { EventRow } from "../../db/tables/events.js";
import type { WebhookEndpointRow } from "../../db/tables/webhook-endpoints.js";
import { inTransaction, type Tx } from "../../db/transaction.js";
import { EVENT_TYPES, isWanted } from "../../domain/event.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { firstId } from "../../lib/ids.js";
import type { CheckoutContext } from "../context.js";
import { callWithoutKey, findPrevious, type IdempotentCall, runIdempotent } from "../idempotency.js";
import { merchantParts } from "../test-clock.js";
import { getWebhookEndpoint } from "./get-webhook-endpoint.js";
import { refuseIfDisabled } from "./send-test-event.js";

/** Makes the missing deliveries of events to one endpoint, in the transaction. Returns how many there were. */
export type DeliverMissing = (
  tx: Tx,
  endpoint: WebhookEndpointRow,
  events: readonly EventRow[],
) => Promise<number>;

/** How many events were sent again; `replayed` if an earlier call with its idempotency key did so. */
export interface Recovered {
  readonly recovered: number;
  readonly replayed: boolean;
}

/** Few enough that nothing else waits long for the locks of a batch. */
const BATCH = 200;

/**
 * Sends again every event since a time that an endpoint wants and has not received: what failed or was canceled, and
 * what happened while it was disabled. What waits for its next attempt is sent at once.
 */
export async function recoverWebhookEndpoint(
  checkout: CheckoutContext,
  deliverMissing: DeliverMissing,
  scope: MerchantScope,
  { id, since }: { readonly id: string; readonly since: number },
  call: IdempotentCall | undefined,
): Promise<Recovered> {
  const before = await findPrevious(checkout, scope, call);
  if (before !== undefined) return { recovered: Number(before.objectId), replayed: true };
  const endpoint = await getWebhookEndpoint(checkout, scope, id);
  refuseIfDisabled(endpoint);
  const reopened = await reopen(checkout, endpoint, since);
  const missing = await deliverSince(checkout, deliverMissing, endpoint, since);
  const parts = await merchantParts(checkout, scope);
  const recovered = reopened + missing;
  // Stored behind the work, which does no harm twice. The number is the key's object, so that a replay answers it.
  const work = call ?? callWithoutKey(checkout);
  const done = await runIdempotent(parts, scope, work, String(recovered), () => Promise.resolve());
  return { recovered: Number(done.objectId), replayed: done.replayed };
}

async function reopen(
  { db, clock }: CheckoutContext,
  endpoint: WebhookEndpointRow,
  since: number,
): Promise<number> {
  const lane = endpoint.failingSince === null ? "first" : "later";
  let reopened = 0;
  for (let after = firstId("evt", since), more = true; more;) {
    const rows = await inTransaction(db, "READ COMMITTED", async (tx) => {
      const found = await listRecoverable(tx, endpoint.id, after, BATCH);
      const ids = found.map((row) => row.id);
      await sendAgain(tx, ids, lane, clock.now());
      return found;
    });
    reopened += rows.length;
    after = rows.at(-1)?.eventId ?? after;
    more = rows.length === BATCH;
  }
  return reopened;
}

/** Events that have no delivery to the endpoint: they happened while it was disabled, but not before it existed. */
async function deliverSince(
  { db }: CheckoutContext,
  deliverMissing: DeliverMissing,
  endpoint: WebhookEndpointRow,
  since: number,
): Promise<number> {
  const filter = {
    types: EVENT_TYPES.filter((type) => isWanted(type, endpoint.enabledEvents)),
    objectId: undefined,
    createdFrom: Math.max(since, endpoint.createdAt),
  };
  let missing = 0;
  for (let after = 0, more = true; more;) {
    const events = await listEvents(db.manager, endpoint, filter, { after, limit: BATCH });
    if (events.length > 0)
      missing += await inTransaction(db, "READ COMMITTED", (tx) => deliverMissing(tx, endpoint, events));
    after = events.at(-1)?.sequence ?? after;
    more = events.length === BATCH;
  }
  return missing;
}
