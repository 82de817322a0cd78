import { listDueRefunds } from "../db/pending-refunds.js";
import type { Checkout } from "./checkout.js";
import { workOnRefunds } from "./work-on-refunds.js";

/** Worked on at once by one replica: the gateway has others to serve, and so has the pool of connections. */
const BATCH_MAX = 10;

/**
 * One round of going on with refunds that nobody waits for any more: their caller is gone, or the gateway could not tell, or
 * was settling. Any number of replicas do this at once. Live and test refunds have a batch each.
 */
export async function resumeRefunds(checkout: Checkout, stopping: AbortSignal): Promise<void> {
  for (const livemode of [true, false]) {
    if (stopping.aborted) return;
    const due = await listDueRefunds(checkout.db.manager, livemode, await checkout.clock.read(), BATCH_MAX);
    const payments = new Set(due.map(({ paymentIntentId }) => paymentIntentId));
    const work = [...payments].map((payment) => workThrough(checkout, payment, stopping));
    const failed = (await Promise.allSettled(work)).find((each) => each.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }
}

/** What stood behind a refund that has ended is worked on at once. */
async function workThrough(
  checkout: Checkout,
  paymentIntentId: string,
  stopping: AbortSignal,
): Promise<void> {
  while (!stopping.aborted && (await workOnRefunds(checkout, paymentIntentId)) === "ended");
}
