import { listDueRefunds } from "../db/pending-refunds.js";
import type { Repeated } from "../lib/repeat.js";
import type { Checkout } from "./checkout.js";
import { repeatFairly } from "./fair-rounds.js";
import { workOnRefunds } from "./work-on-refunds.js";

/**
 * Goes on again and again with refunds that nobody waits for any more: their caller is gone, or the gateway could not tell, or
 * was settling. Any number of replicas do this at once. Live and test refunds have places each, and every merchant a few of them.
 */
export function keepResuming(
  checkout: Checkout,
  pauseMs: number,
  failed: (error: unknown, inARow: number) => void,
): Repeated[] {
  return [true, false].map((livemode) =>
    repeatFairly(
      pauseMs,
      {
        list: async (question) =>
          await listDueRefunds(checkout.db.manager, livemode, await checkout.clock.read(), question),
        // One at a time of each payment: what another process has is found out by its claim.
        placeOf: ({ merchantId, paymentIntentId }) => ({ owner: merchantId, name: paymentIntentId }),
        take: (rows) => Promise.resolve(rows),
        work: ({ paymentIntentId }, stopping) => workThrough(checkout, paymentIntentId, stopping),
      },
      failed,
    ),
  );
}

/** What stood behind a refund that has ended is worked on at once. */
async function workThrough(
  checkout: Checkout,
  paymentIntentId: string,
  stopping: AbortSignal,
): Promise<void> {
  while (!stopping.aborted && (await workOnRefunds(checkout, paymentIntentId)) === "ended");
}
