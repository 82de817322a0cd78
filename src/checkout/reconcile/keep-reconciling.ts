import { leaseAttempts, type PendingAttemptRow } from "../../db/tables/pending-attempts.js";
import { listDueAttempts } from "../../db/tables/due-attempts.js";
import { inTransaction } from "../../db/transaction.js";
import type { BackgroundJob } from "../../lib/background-job.js";
import { reconcileAttempt } from "./reconcile-attempt.js";
import type { CheckoutContext } from "../context.js";
import { type Failed, type FairWork, runFairly } from "../background-work.js";

/**
 * How long a process holds the lease of an attempt: longer than the gateway may take for a search and some
 * queries. If a process takes longer, or dies, another takes over, which is safe: results are applied once.
 */
const LEASE_MS = 120_000;

/** Asks the gateway in the background what became of payments whose result did not arrive. */
export function keepReconciling(checkout: CheckoutContext, pauseMs: number, failed: Failed): BackgroundJob[] {
  const work: FairWork<PendingAttemptRow> = {
    list: (question) => listDueAttempts(checkout.db.manager, question),
    slotOf: ({ merchantId, reference }) => ({ scope: merchantId, name: reference }),
    take: (rows) => lease(checkout, rows),
    work: (row) => reconcileAttempt(checkout, row),
  };
  return runFairly(checkout.clock, pauseMs, work, failed);
}

/** Leases attempts to this process. Those that another process has leased are left out. */
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
