import { listDueSettlements } from "../../db/tables/due-settlements.js";
import { leaseSettlements, type PendingSettlementRow } from "../../db/tables/pending-settlements.js";
import { inTransaction } from "../../db/transaction.js";
import type { BackgroundJob } from "../../lib/background-job.js";
import { type Failed, type FairWork, runFairly } from "../background-work.js";
import type { CheckoutContext } from "../context.js";
import { askSettlement } from "./ask-settlement.js";

/** Longer than one question may take. If a process takes longer, or dies, another asks again, which is safe. */
const LEASE_MS = 60_000;

/**
 * Asks the gateway in the background whether it pays payments out: about each payment once a day, the longest due
 * first, and about a few of each merchant at a time.
 */
export function keepFollowingSettlements(
  checkout: CheckoutContext,
  pauseMs: number,
  failed: Failed,
): BackgroundJob[] {
  const work: FairWork<PendingSettlementRow> = {
    list: (question) => listDueSettlements(checkout.db.manager, question),
    slotOf: ({ merchantId, paymentIntentId }) => ({ scope: merchantId, name: paymentIntentId }),
    take: (rows) => lease(checkout, rows),
    work: (row) => askSettlement(checkout, row),
  };
  return runFairly(checkout.clock, pauseMs, work, failed);
}

async function lease(
  checkout: CheckoutContext,
  wanted: readonly PendingSettlementRow[],
): Promise<PendingSettlementRow[]> {
  if (wanted.length === 0) return [];
  const now = await checkout.clock.read();
  return await inTransaction(checkout.db, "READ COMMITTED", (tx) =>
    leaseSettlements(tx, wanted, now, now + LEASE_MS),
  );
}
