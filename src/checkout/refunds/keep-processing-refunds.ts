import { listDueRefunds, type RefundRow } from "../../db/tables/refunds.js";
import type { BackgroundJob } from "../../lib/background-job.js";
import type { CheckoutContext } from "../context.js";
import { type Failed, type FairWork, runFairly } from "../background-work.js";
import { processRefunds } from "./process-refunds.js";

/**
 * Processes refunds in the background whose call has ended: the gateway's answer was lost, or the sale was
 * being settled.
 */
export function keepProcessingRefunds(
  checkout: CheckoutContext,
  pauseMs: number,
  failed: Failed,
): BackgroundJob[] {
  const work: FairWork<RefundRow> = {
    list: (question) => listDueRefunds(checkout.db.manager, question),
    // One refund of a payment at a time: a lease shows whether another process has one.
    slotOf: ({ merchantId, paymentIntentId }) => ({ scope: merchantId, name: paymentIntentId }),
    take: (rows) => Promise.resolve(rows),
    work: ({ paymentIntentId }, stopping) => workThrough(checkout, paymentIntentId, stopping),
  };
  return runFairly(checkout.clock, pauseMs, work, failed);
}

/** After a refund has ended, those queued behind it are processed at once. */
async function workThrough(
  checkout: CheckoutContext,
  paymentIntentId: string,
  stopping: AbortSignal,
): Promise<void> {
  while (!stopping.aborted && (await processRefunds(checkout, paymentIntentId)) === "ended");
}
