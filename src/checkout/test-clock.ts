import { findMerchant, moveTestClock } from "../db/tables/merchants.js";
import type { MerchantScope } from "../domain/merchant-scope.js";
import { Refusal } from "../domain/refusal.js";
import { movedAhead, type SharedClock } from "../lib/clock.js";
import type { CheckoutContext } from "./context.js";
import {
  callWithoutKey,
  findPrevious,
  type IdempotentCall,
  runIdempotent,
  type OnceParts,
} from "./idempotency.js";

/** How far ahead of real time a test clock goes: ten years. */
const AHEAD_MAX_MS = 315_360_000_000;

/**
 * The clock that the life of an owner's sessions follows: in live mode the real one, in test mode the
 * merchant's own.
 */
export async function clockOf(
  checkout: Pick<CheckoutContext, "db" | "clock">,
  scope: MerchantScope,
): Promise<SharedClock> {
  if (scope.livemode) return checkout.clock;
  const ahead = await aheadOf(checkout, scope);
  return movedAhead(checkout.clock, () => ahead);
}

/** What `once` records a call of the owner with. */
export async function ownersParts(
  checkout: Pick<CheckoutContext, "db" | "clock">,
  scope: MerchantScope,
): Promise<OnceParts> {
  return { db: checkout.db, ownersClock: await clockOf(checkout, scope) };
}

/** A test clock as a call answers it. */
export interface AdvancedClock {
  /** Milliseconds ahead of real time. */
  readonly ahead: number;
  readonly replayed: boolean;
}

/** Moves the test clock of a merchant forward, once for each idempotency key. */
export async function advanceTestClock(
  checkout: CheckoutContext,
  scope: MerchantScope,
  milliseconds: number,
  call: IdempotentCall | undefined,
): Promise<AdvancedClock> {
  if (scope.livemode)
    throw new Refusal("LIVEMODE_MISMATCH", "Live objects follow real time: use a test key.");
  const before = await findPrevious(checkout, scope, call);
  if (before !== undefined) return { ahead: Number(before.objectId), replayed: true };
  const parts = await ownersParts(checkout, scope);
  const from = await aheadOf(checkout, scope);
  const to = from + milliseconds;
  if (to > AHEAD_MAX_MS) {
    throw new Refusal("PARAMETER_INVALID", "The clock would be more than ten years ahead.", "seconds");
  }
  // Where it stands then names the answer, so that a replay gets the first one again.
  const done = await runIdempotent(parts, scope, call ?? callWithoutKey(checkout), String(to), async (tx) => {
    if (await moveTestClock(tx, scope.merchantId, from, to)) return;
    throw new Refusal("CONFLICT", "Another request moved the clock meanwhile. Try again.");
  });
  return { ahead: Number(done.objectId), replayed: done.replayed };
}

async function aheadOf({ db }: Pick<CheckoutContext, "db">, { merchantId }: MerchantScope): Promise<number> {
  return (await findMerchant(db.manager, merchantId))?.testClockAhead ?? 0;
}
