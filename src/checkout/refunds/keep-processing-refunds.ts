import { listDueRefunds } from "../../db/tables/pending-refunds.js";
import type { RefundRow } from "../../db/tables/refunds.js";
import type { BackgroundJob } from "../../lib/background-job.js";
import type { CheckoutContext } from "../context.js";
import { type Failed, type FairWork, runFairly } from "../background-work.js";
import { processRefunds } from "./process-refunds.js";

/**
 * Goes on again and again with refunds that nobody waits for any more: their caller is gone, or the gateway
 * could not tell, or was settling.
 */
export function keepProcessingRefunds(
  checkout: CheckoutContext,
  pauseMs: number,
  failed: Failed,
): BackgroundJob[] {
  const work: FairWork<RefundRow> = {
    list: (question) => listDueRefunds(checkout.db.manager, question),
    // One at a time of each payment: what another process has is found out by its claim.
    placeOf: ({ merchantId, paymentIntentId }) => ({ scope: merchantId, name: paymentIntentId }),
    take: (rows) => Promise.resolve(rows),
    work: ({ paymentIntentId }, stopping) => workThrough(checkout, paymentIntentId, stopping),
  };
  return runFairly(checkout.clock, pauseMs, work, failed);
}

/** What stood behind a refund that has ended is worked on at once. */
async function workThrough(
  checkout: CheckoutContext,
  paymentIntentId: string,
  stopping: AbortSignal,
): Promise<void> {
  while (!stopping.aborted && (await processRefunds(checkout, paymentIntentId)) === "ended");
}
