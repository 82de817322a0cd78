import { listDueRefunds } from "../../db/tables/pending-refunds.js";
import type { RefundRow } from "../../db/tables/refunds.js";
import type { Repeated } from "../../lib/background-job.js";
import type { Checkout } from "../context.js";
import { type Failed, type FairWork, repeatFairly } from "../background-work.js";
import { workOnRefunds } from "./process-refunds.js";

/**
 * Goes on again and again with refunds that nobody waits for any more: their caller is gone, or the gateway could not tell, or
 * was settling.
 */
export function keepResuming(checkout: Checkout, pauseMs: number, failed: Failed): Repeated[] {
  const work: FairWork<RefundRow> = {
    list: (question) => listDueRefunds(checkout.db.manager, question),
    // One at a time of each payment: what another process has is found out by its claim.
    placeOf: ({ merchantId, paymentIntentId }) => ({ owner: merchantId, name: paymentIntentId }),
    take: (rows) => Promise.resolve(rows),
    work: ({ paymentIntentId }, stopping) => workThrough(checkout, paymentIntentId, stopping),
  };
  return repeatFairly(checkout.clock, pauseMs, work, failed);
}

/** What stood behind a refund that has ended is worked on at once. */
async function workThrough(
  checkout: Checkout,
  paymentIntentId: string,
  stopping: AbortSignal,
): Promise<void> {
  while (!stopping.aborted && (await workOnRefunds(checkout, paymentIntentId)) === "ended");
}
