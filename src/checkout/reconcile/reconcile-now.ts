import { listPendingAttempts } from "../../db/tables/pending-attempts.js";
import { attemptReference } from "../../domain/attempt-reference.js";
import type { CheckoutSession } from "../../domain/session.js";
import { waitAtMost } from "../../lib/settle-within.js";
import { reconcileAttempt } from "./reconcile-attempt.js";
import type { CheckoutContext } from "../context.js";
import { lease } from "./keep-reconciling.js";
import { clockOf } from "../test-clock.js";

/** A shopper who presses reload must not make us press the gateway. */
const ASK_AGAIN_AFTER_MS = 10_000;

/** How long a shopper's page waits for the gateway; what it says later is applied all the same. */
const PATIENCE_MS = 6000;

/**
 * Asks about a session's pending attempts now, because a shopper waits. True where the newest of them is in doubt after
 * that: paying again could charge twice.
 */
export async function reconcileNow(checkout: CheckoutContext, session: CheckoutSession): Promise<boolean> {
  const now = (await clockOf(checkout, session)).now();
  const pending = await listPendingAttempts(checkout.db.manager, session.id);
  const wanted = pending.filter(({ askedAt }) => askedAt === null || now - askedAt >= ASK_AGAIN_AFTER_MS);
  const leased = await lease(checkout, wanted);
  const asking = leased.map((row) => logFailure(checkout, reconcileAttempt(checkout, row)));
  if (asking.length > 0) await waitAtMost(PATIENCE_MS, Promise.all(asking));
  return await isInDoubt(checkout, session);
}

/** True where the newest attempt of a session is in doubt, by what is known without asking. */
export async function isInDoubt({ db }: CheckoutContext, { id, attempt }: CheckoutSession): Promise<boolean> {
  const pending = await listPendingAttempts(db.manager, id);
  const newest = pending.find(({ reference }) => reference === attemptReference(id, attempt));
  return newest?.certainty === "doubtful";
}

/** The page says what is known without it; the attempt's turn comes again. */
async function logFailure(checkout: CheckoutContext, asking: Promise<void>): Promise<void> {
  try {
    await asking;
  } catch (error) {
    checkout.log.warn({ err: error }, "asking at once failed");
  }
}
