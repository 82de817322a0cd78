import { cancelPending } from "../../db/tables/webhook-deliveries.js";
import { inTransaction } from "../../db/transaction.js";
import type { CheckoutContext } from "../context.js";

/** Few enough that nothing else waits long for the locks of a batch. */
const BATCH = 500;

/**
 * Cancels all that waits to be sent to an endpoint, which is disabled or deleted. If this process ends before it is
 * done, the others cancel each delivery when it is due.
 */
export async function cancelDeliveriesTo(
  { db }: Pick<CheckoutContext, "db">,
  endpointId: string,
): Promise<void> {
  for (let canceled = BATCH; canceled === BATCH;) {
    canceled = await inTransaction(db, "READ COMMITTED", (tx) => cancelPending(tx, endpointId, BATCH));
  }
}
