import { type CheckoutSessionRow, markExpired } from "../../db/tables/checkout-sessions.js";
import { type DueSession, findDueSessions, lockFreeSessions } from "../../db/tables/due-sessions.js";
import { inTransaction } from "../../db/transaction.js";
import { statusAt } from "../../domain/session.js";
import type { CheckoutContext } from "../context.js";
import { recordEvents } from "../events/record-events.js";

/**
 * Few enough that a completion never waits long for its session's lock, and enough to clear a backlog soon.
 */
const BATCH_MAX = 100;

/**
 * Stores that sessions have expired, with their events; returns how many. What a session shows does not
 * depend on it: expiry is computed from stored times.
 *
 * Any number of processes may do this at once: sessions that another one has locked are skipped, and an
 * expired one is not expired again. Runs batch after batch, each in a transaction of its own, until nothing
 * is due or `signal` aborts.
 */
export async function expireSessions(checkout: CheckoutContext, signal: AbortSignal): Promise<number> {
  let total = 0;
  while (!signal.aborted) {
    const now = await checkout.clock.read();
    const due = await findDueSessions(checkout.db.manager, now, BATCH_MAX);
    const expired = due.length === 0 ? 0 : await expireBatch(checkout, due, now);
    total += expired;
    // If every session of a whole batch is locked, another process is expiring them; the next run comes soon.
    if (due.length < BATCH_MAX || expired === 0) break;
  }
  if (total > 0) checkout.log.info({ sessions: total }, "sessions expired");
  return total;
}

async function expireBatch(
  checkout: CheckoutContext,
  due: readonly DueSession[],
  now: number,
): Promise<number> {
  const times = new Map(due.map(({ id, ahead }) => [id, now + ahead]));
  const timeOf = ({ id }: CheckoutSessionRow): number => times.get(id) ?? now;
  return await inTransaction(checkout.db, "READ COMMITTED", async (tx) => {
    const rows = await lockFreeSessions(tx, [...times.keys()]);
    // Since they were found, one may have been completed, or given out another form.
    const expired = rows.filter((row) => row.status === "open" && statusAt(row, timeOf(row)) === "expired");
    for (const row of expired) {
      const expiredAt = timeOf(row);
      recordEvents(checkout, tx, expiredAt, [
        "checkout.session.expired",
        { ...row, status: "expired", expiredAt },
      ]);
      await markExpired(tx, row.id, expiredAt);
    }
    return expired.length;
  });
}
