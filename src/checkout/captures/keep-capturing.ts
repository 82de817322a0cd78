import { listDueCaptures } from "../../db/tables/due-captures.js";
import type { PendingCaptureRow } from "../../db/tables/pending-captures.js";
import type { BackgroundJob } from "../../lib/background-job.js";
import { type Failed, type FairWork, runFairly } from "../background-work.js";
import type { CheckoutContext } from "../context.js";
import { passTime } from "./pass-time.js";
import { processCapture } from "./process-capture.js";

/**
 * Settles in the background what was requested of the gateway by a call that has ended, and notices authorizations that
 * are about to lapse, or have.
 */
export function keepCapturing(checkout: CheckoutContext, pauseMs: number, failed: Failed): BackgroundJob[] {
  const work: FairWork<PendingCaptureRow> = {
    list: (question) => listDueCaptures(checkout.db.manager, question),
    slotOf: ({ merchantId, paymentIntentId }) => ({ scope: merchantId, name: paymentIntentId }),
    // A lease shows whether another process works on one.
    take: (rows) => Promise.resolve(rows),
    async work(row) {
      if (row.request === null) await passTime(checkout, row);
      await processCapture(checkout, row.paymentIntentId);
    },
  };
  return runFairly(checkout.clock, pauseMs, work, failed);
}
