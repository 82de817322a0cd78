import { leaseAttempts, listDueAttempts, type PendingAttemptRow } from "../../db/tables/pending-attempts.js";
import { inTransaction } from "../../db/transaction.js";
import type { BackgroundJob } from "../../lib/background-job.js";
import { reconcileAttempt } from "./reconcile-attempt.js";
import type { CheckoutContext } from "../context.js";
import { type Failed, type FairWork, runFairly } from "../background-work.js";

/**
 * How long a replica has an attempt to itself: longer than the gateway may take for a search and some queries. One that
 * takes longer, or dies, is overtaken by another, which does no harm: results are applied once.
 */
const LEASE_MS = 120_000;

/** Asks the gateway again and again what became of payments whose result did not come. */
export function keepReconciling(checkout: CheckoutContext, pauseMs: number, failed: Failed): BackgroundJob[] {
  const work: FairWork<PendingAttemptRow> = {
    list: (question) => listDueAttempts(checkout.db.manager, question),
    placeOf: ({ merchantId, reference }) => ({ scope: merchantId, name: reference }),
    take: (rows) => lease(checkout, rows),
    work: (row) => reconcileAttempt(checkout, row),
  };
  return runFairly(checkout.clock, pauseMs, work, failed);
}

/** Takes attempts for this process alone. Those that another one has are left out. */
export async function lease(
  checkout: CheckoutContext,
  wanted: readonly PendingAttemptRow[],
): Promise<PendingAttemptRow[]> {
  if (wanted.length === 0) return [];
  const now = await checkout.clock.read();
  const leased = await inTransaction(checkout.db, "READ COMMITTED", (tx) =>
    leaseAttempts(tx, wanted, now, now + LEASE_MS),
  );
  if (leased.length > 0) await checkout.reached("attempt leased");
  return leased;
}
