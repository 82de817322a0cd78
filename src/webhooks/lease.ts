import type { CheckoutContext } from "../checkout/context.js";
import { endLeases, leaseDeliveries } from "../db/tables/due-deliveries.js";
import { cancelDeliveries, type DeliveryLane } from "../db/tables/webhook-deliveries.js";
import { findWebhookEndpoints } from "../db/tables/webhook-endpoints.js";
import { inTransaction } from "../db/transaction.js";
import { newId } from "../lib/ids.js";
import type { LeasedDelivery } from "./delivery-attempt.js";

/**
 * For how long one process has a delivery: longer than it may wait for a place, and an attempt may take. If the process
 * dies, another one makes the attempt again then.
 */
export const LEASE_MS = 30_000;

/**
 * Leases deliveries that are due to this process, of each endpoint so many at most, as far as no other was quicker.
 * Those to an endpoint that is disabled or deleted are canceled: the process that disabled it may have died before it
 * did so.
 */
export async function lease(
  { db, clock }: Pick<CheckoutContext, "db" | "clock">,
  lane: DeliveryLane,
  wanted: ReadonlyMap<string, number>,
): Promise<LeasedDelivery[]> {
  const now = clock.now();
  const leaseId = newId("lease", now);
  return await inTransaction(db, "READ COMMITTED", async (tx) => {
    const rows = await leaseDeliveries(tx, { lane, wanted, leaseId, now, until: now + LEASE_MS });
    const endpointIds = [...new Set(rows.map(({ endpointId }) => endpointId))];
    const endpoints = new Map((await findWebhookEndpoints(tx, endpointIds)).map((row) => [row.id, row]));
    const leased = rows.flatMap((delivery) => {
      const endpoint = endpoints.get(delivery.endpointId);
      const isOn = endpoint?.disabledReason === null && endpoint.deletedAt === null;
      return isOn ? [{ delivery, endpoint }] : [];
    });
    const kept = new Set(leased.map(({ delivery }) => delivery.id));
    await cancelDeliveries(
      tx,
      rows.flatMap(({ id }) => (kept.has(id) ? [] : [id])),
    );
    return leased;
  });
}

/** Gives deliveries back for which no attempt was begun: any process may lease them at once. */
export async function giveBack(
  { db, clock }: Pick<CheckoutContext, "db" | "clock">,
  leased: readonly LeasedDelivery[],
): Promise<void> {
  if (leased.length === 0) return;
  await inTransaction(db, "READ COMMITTED", (tx) => {
    endLeases(
      tx,
      leased.map(({ delivery }) => delivery),
      clock.now(),
    );
    return Promise.resolve(); // It is written with the COMMIT.
  });
}
