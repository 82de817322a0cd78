import { listRecoverable, sendAgain } from "../../db/tables/due-deliveries.js";
import { findNumberedAt, listEventsAfter } from "../../db/tables/event-list.js";
import { findSequence } from "../../db/tables/event-sequences.js";
import type { WebhookEndpointRow } from "../../db/tables/webhook-endpoints.js";
import { inTransaction, type Tx } from "../../db/transaction.js";
import { isWanted } from "../../domain/event.js";
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
  events: readonly { readonly id: string }[],
) => Promise<number>;

/** How many events were sent again; `replayed` if an earlier call with its idempotency key did so. */
export interface Recovered {
  readonly recovered: number;
  readonly replayed: boolean;
}

/** Few enough that nothing else waits long for the locks of a batch, and that no statement reads more. */
const BATCH = 200;

/** By no more than this do the clocks of two processes differ: each follows the database's. */
const SLACK_MS = 60_000;

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
  const parts = await merchantParts(checkout, scope);
  // In real time: a merchant's test clock may be ahead of it, and was not further ahead before.
  const ahead = Math.max(0, parts.merchantClock.now() - checkout.clock.now());
  const from: Since = { created: since, real: Math.max(0, since - ahead - SLACK_MS) };
  const reopened = await reopen(checkout, endpoint, from);
  const missing = await deliverSince(checkout, deliverMissing, endpoint, from);
  const recovered = reopened + missing;
  // Stored behind the work, which does no harm twice. The number is the key's object, so that a replay answers it.
  const work = call ?? callWithoutKey(checkout);
  const done = await runIdempotent(parts, scope, work, String(recovered), () => Promise.resolve());
  return { recovered: Number(done.objectId), replayed: done.replayed };
}

/** The time from which events are sent again. */
interface Since {
  /** By the merchant's clock, which events are created by. */
  readonly created: number;
  /** By the real one: whatever belongs to those events was recorded then or later. */
  readonly real: number;
}

async function reopen(
  { db, clock }: CheckoutContext,
  endpoint: WebhookEndpointRow,
  { created, real }: Since,
): Promise<number> {
  const lane = endpoint.failingSince === null ? "first" : "later";
  const eventId = firstId("evt", created);
  let reopened = 0;
  // Those that are pending first: the others become so.
  for (const status of ["pending", "failed", "canceled"] as const) {
    for (let id = firstId("wd", real), more = true; more;) {
      const ids = await inTransaction(db, "READ COMMITTED", async (tx) => {
        const question = { endpointId: endpoint.id, status, after: { id, eventId }, limit: BATCH };
        const found = await listRecoverable(tx, question);
        await sendAgain(tx, found, lane, clock.now());
        return found;
      });
      reopened += ids.length;
      id = ids.at(-1) ?? id;
      more = ids.length === BATCH;
    }
  }
  return reopened;
}

/** Events that have no delivery to the endpoint: they happened while it was disabled, but not before it existed. */
async function deliverSince(
  { db }: CheckoutContext,
  deliverMissing: DeliverMissing,
  endpoint: WebhookEndpointRow,
  { created, real }: Since,
): Promise<number> {
  const from = Math.max(created, endpoint.createdAt);
  const sequences = await findSequence(db.manager, endpoint);
  let missing = 0;
  for (let after = await sequenceBefore(db, endpoint, real, sequences), more = true; more;) {
    const walked = await listEventsAfter(db.manager, endpoint, after, BATCH);
    const wanted = walked.filter(
      ({ type, createdAt }) => createdAt >= from && isWanted(type, endpoint.enabledEvents),
    );
    if (wanted.length > 0)
      missing += await inTransaction(db, "READ COMMITTED", (tx) => deliverMissing(tx, endpoint, wanted));
    after = walked.at(-1)?.sequence ?? after;
    more = walked.length === BATCH;
  }
  return missing;
}

/** A sequence up to which every event was numbered before `time`: they are numbered in the order of time. */
async function sequenceBefore(
  { manager }: CheckoutContext["db"],
  scope: MerchantScope,
  time: number,
  { swept, last }: { readonly swept: number; readonly last: number },
): Promise<number> {
  let [low, high] = [swept, last];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const numberedAt = await findNumberedAt(manager, scope, middle);
    if (numberedAt !== undefined && numberedAt >= time) high = middle - 1;
    else low = middle;
  }
  return low;
}
