import { leaseAttempts, listDueAttempts, type PendingAttemptRow } from "../db/pending-attempts.js";
import { inTransaction } from "../db/transaction.js";
import { askAboutAttempt } from "./ask-about-attempt.js";
import type { Checkout } from "./checkout.js";

/** Asked about at once by one replica: the gateway has others to serve, and so has the pool of connections. */
const BATCH_MAX = 10;

/**
 * How long a replica has an attempt to itself: longer than the gateway may take for a search and some queries. One that
 * takes longer, or dies, is overtaken by another, which does no harm: results are applied once.
 */
const LEASE_MS = 120_000;

/**
 * One round of asking the gateway what became of payments whose result did not come. Any number of replicas do this at
 * once. True where there may be more to ask about now.
 *
 * Live and test attempts have a batch each, so that nobody's test keeps real money waiting.
 */
export async function reconcile(checkout: Checkout, stopping: AbortSignal): Promise<boolean> {
  let more = false;
  for (const livemode of [true, false]) {
    if (stopping.aborted) return false;
    const due = await listDueAttempts(checkout.db.manager, livemode, await checkout.clock.read(), BATCH_MAX);
    const leased = await lease(checkout, due);
    const asked = await Promise.allSettled(leased.map((row) => askAboutAttempt(checkout, row)));
    const failed = asked.find((each) => each.status === "rejected");
    if (failed !== undefined) throw failed.reason;
    more ||= leased.length === BATCH_MAX;
  }
  return more;
}

/** Takes attempts for this process alone. Those that another one has are left out. */
export async function lease(
  checkout: Checkout,
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
