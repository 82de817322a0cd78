import type { CheckoutContext } from "../checkout/context.js";
import { type DueDelivery, leaseDeliveries } from "../db/tables/due-deliveries.js";
import { cancelDeliveries } from "../db/tables/webhook-deliveries.js";
import { findWebhookEndpoints } from "../db/tables/webhook-endpoints.js";
import { inTransaction } from "../db/transaction.js";
import { newId } from "../lib/ids.js";
import type { LeasedDelivery } from "./attempt.js";

/**
 * For how long one process has a delivery: longer than an attempt may take. If the process dies, another one makes the
 * attempt again then.
 */
const LEASE_MS = 30_000;

/**
 * Leases deliveries to this process, as far as no other was quicker. Those to an endpoint that is disabled or deleted
 * are canceled: whoever did that may have died before it came to them.
 */
export async function lease(
  { db, clock }: Pick<CheckoutContext, "db" | "clock">,
  due: readonly DueDelivery[],
): Promise<LeasedDelivery[]> {
  const now = clock.now();
  const leaseId = newId("lease", now);
  return await inTransaction(db, "READ COMMITTED", async (tx) => {
    const ids = due.map(({ id }) => id);
    const rows = await leaseDeliveries(tx, ids, { leaseId, now, until: now + LEASE_MS });
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
