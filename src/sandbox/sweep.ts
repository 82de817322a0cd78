import { deleteSandboxLastUses } from "./tables/sandbox-last-uses.js";
import { deleteSandboxPages } from "./tables/sandbox-pages.js";
import { inTransaction } from "../db/transaction.js";
import { runRepeatedly, type BackgroundJob } from "../lib/background-job.js";
import type { SandboxOptions } from "./protocol/context.js";

/**
 * Pages are used for far shorter: the session behind one ends after a day. So does every accepted
 * `duplicateDelay`.
 */
const KEPT_MS = 7 * 24 * 3_600_000;

/** A run reads both tables in full. */
const EVERY_MS = 3_600_000;

/**
 * Deletes pages and last uses that are no longer needed, since every shopper adds some. Transactions are
 * kept.
 */
export function keepSweeping({ db, clock, log }: SandboxOptions): BackgroundJob {
  return runRepeatedly(
    EVERY_MS,
    async () => {
      const before = clock.now() - KEPT_MS;
      await inTransaction(db, "READ COMMITTED", async (tx) => {
        await deleteSandboxPages(tx, before);
        await deleteSandboxLastUses(tx, before);
      });
    },
    (error) =>
      log.error({ err: error }, "sandbox: old pages could not be deleted; the next round tries again"),
  );
}
