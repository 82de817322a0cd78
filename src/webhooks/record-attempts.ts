import type { CheckoutContext } from "../checkout/context.js";
import { recordEvents } from "../checkout/events/record-events.js";
import { cancelDeliveriesTo } from "../checkout/webhooks/cancel-deliveries.js";
import { clockOf } from "../checkout/test-clock.js";
import { countUnleased, noteFailed, noteReceived } from "../db/tables/due-deliveries.js";
import { queueAttempts } from "../db/tables/webhook-attempts.js";
import {
  changeWebhookEndpoint,
  type DisabledReason,
  lockWebhookEndpoint,
  noteFailingSince,
  type WebhookEndpointRow,
} from "../db/tables/webhook-endpoints.js";
import { inTransaction } from "../db/transaction.js";
import type { MadeAttempt } from "./delivery-attempt.js";
import { FAILING_MAX_MS, waitAfterFailure } from "./schedule.js";

/** Stores what came of attempts, all in one transaction, and disables the endpoints that are to be. */
export async function recordAttempts(checkout: CheckoutContext, made: readonly MadeAttempt[]): Promise<void> {
  const now = checkout.clock.now();
  const next = made.map((one) => ({ ...one, ...nextAttempt(one, now) }));
  await inTransaction(checkout.db, "READ COMMITTED", (tx) => {
    queueAttempts(
      tx,
      made.map(({ attempt }) => attempt),
    );
    noteReceived(
      tx,
      made.flatMap(({ received, delivery }) => (received ? [delivery] : [])),
    );
    countUnleased(
      tx,
      made.flatMap(({ received, delivery }) => (received ? [] : [delivery])),
    );
    for (const { received, delivery, step, at } of next)
      if (!received) noteFailed(tx, delivery, { step, at });
    noteFailingSince(tx, failingAnew(made), now);
    noteFailingSince(tx, answeringAgain(made), null);
    return Promise.resolve(); // All of it is written with the COMMIT.
  });
  for (const [endpoint, reason] of toDisable(made, now)) await disable(checkout, endpoint, reason);
}

function nextAttempt({ delivery, retryAfterMs }: MadeAttempt, now: number) {
  const step = delivery.scheduleStep + 1;
  const wait = waitAfterFailure(step, retryAfterMs, Math.random());
  return { step, at: wait === undefined ? null : now + wait };
}

/** An endpoint whose attempts came to different ends counts by the last of them. */
function lastOfEach(made: readonly MadeAttempt[]): MadeAttempt[] {
  return [...new Map(made.map((one) => [one.endpoint.id, one])).values()];
}

function failingAnew(made: readonly MadeAttempt[]): string[] {
  return idsOf(
    lastOfEach(made).filter(({ received, endpoint }) => !received && endpoint.failingSince === null),
  );
}

/** Also where it was not failing when the delivery was leased: another attempt may have failed since. */
function answeringAgain(made: readonly MadeAttempt[]): string[] {
  return idsOf(lastOfEach(made).filter(({ received }) => received));
}

/** In one order, so that two processes do not wait for each other. */
function idsOf(made: readonly MadeAttempt[]): string[] {
  return made.map(({ endpoint }) => endpoint.id).toSorted();
}

function toDisable(made: readonly MadeAttempt[], now: number): Map<WebhookEndpointRow, DisabledReason> {
  const found = new Map<string, readonly [WebhookEndpointRow, DisabledReason]>();
  for (const { endpoint, gone, received } of made) {
    if (gone) found.set(endpoint.id, [endpoint, "gone"]);
    else if (!received && hasFailedForLong(endpoint, now)) found.set(endpoint.id, [endpoint, "failing"]);
  }
  return new Map(found.values());
}

function hasFailedForLong({ failingSince }: WebhookEndpointRow, now: number): boolean {
  return failingSince !== null && now - failingSince >= FAILING_MAX_MS;
}

/** Disables an endpoint, told by an event, unless it has changed or answered since it was read for the attempt. */
async function disable(
  checkout: CheckoutContext,
  { id, url, merchantId, livemode }: WebhookEndpointRow,
  reason: DisabledReason,
): Promise<void> {
  const merchantClock = await clockOf(checkout, { merchantId, livemode });
  const disabled = await inTransaction(checkout.db, "READ COMMITTED", async (tx) => {
    const endpoint = await lockWebhookEndpoint(tx, id);
    const isOn = endpoint.disabledReason === null && endpoint.deletedAt === null;
    if (!isOn || endpoint.url !== url) return false;
    if (reason === "failing" && !hasFailedForLong(endpoint, checkout.clock.now())) return false;
    const change = { disabledReason: reason };
    recordEvents({ sealer: checkout.sealer, cause: null }, tx, merchantClock.now(), [
      "webhook_endpoint.disabled",
      { ...endpoint, ...change },
    ]);
    await changeWebhookEndpoint(tx, id, change);
    return true;
  });
  if (!disabled) return;
  checkout.log.warn({ webhookEndpoint: id, reason }, "a webhook endpoint is disabled");
  await cancelDeliveriesTo(checkout, id);
}
