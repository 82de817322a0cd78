import { listDueAttempts } from "../../db/tables/due-attempts.js";
import {
  leaseAttempts,
  type PendingAttemptRow,
  type PendingOfPage,
} from "../../db/tables/pending-attempts.js";
import { inTransaction } from "../../db/transaction.js";
import type { BackgroundJob } from "../../lib/background-job.js";
import { waitAtMost } from "../../lib/settle-within.js";
import { type Failed, type FairWork, runFairly } from "../background-work.js";
import type { CheckoutContext } from "../context.js";
import { reconcileAttempt } from "./reconcile-attempt.js";

/** A shopper who reloads the page must not cause a call to the gateway each time. */
const ASK_AGAIN_AFTER_MS = 10_000;

/** How long a shopper's page waits for the gateway; a later answer is still applied. */
const ANSWER_WITHIN_MS = 6000;

/** Those attempts about which the gateway was not asked just now. */
export function toAskNow(pending: readonly PendingOfPage[], now: number): PendingOfPage[] {
  return pending.filter(({ askedAt }) => askedAt === null || now - askedAt >= ASK_AGAIN_AFTER_MS);
}

/** Asks about the attempts, unless another process does so now, and waits for a while. */
export async function askNow(checkout: CheckoutContext, attempts: readonly PendingOfPage[]): Promise<void> {
  const leased = await lease(checkout, attempts);
  const asking = leased.map((row) => logFailure(checkout, reconcileAttempt(checkout, row)));
  if (asking.length > 0) await waitAtMost(ANSWER_WITHIN_MS, Promise.all(asking));
}

/** Logs the error: the page shows the stored state, and the attempt's turn comes again. */
async function logFailure(checkout: CheckoutContext, asking: Promise<void>): Promise<void> {
  try {
    await asking;
  } catch (error) {
    checkout.log.warn({ err: error }, "the gateway could not be asked while a shopper waits");
  }
}

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
async function lease(
  checkout: CheckoutContext,
  wanted: readonly Pick<PendingAttemptRow, "reference" | "asked">[],
): Promise<PendingAttemptRow[]> {
  if (wanted.length === 0) return [];
  const now = await checkout.clock.read();
  const leased = await inTransaction(checkout.db, "READ COMMITTED", (tx) =>
    leaseAttempts(tx, wanted, now, now + LEASE_MS),
  );
  if (leased.length > 0) await checkout.checkpoint("attempt leased");
  return leased;
}
