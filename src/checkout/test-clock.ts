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
  type IdempotencyParts,
} from "./idempotency.js";

/** How far ahead of real time a test clock may go: ten years. */
const AHEAD_MAX_MS = 315_360_000_000;

/**
 * The clock that a merchant's sessions follow: real time in live mode, the merchant's test clock in test
 * mode.
 */
export async function clockOf(
  checkout: Pick<CheckoutContext, "db" | "clock">,
  scope: MerchantScope,
): Promise<SharedClock> {
  if (scope.livemode) return checkout.clock;
  return clockAhead(checkout, scope, await aheadOf(checkout, scope));
}

/** The clock that a merchant's sessions follow, without a query: the caller has read how far `ahead` it is. */
export function clockAhead(
  { clock }: Pick<CheckoutContext, "clock">,
  { livemode }: MerchantScope,
  ahead: number,
): SharedClock {
  return livemode ? clock : movedAhead(clock, () => ahead);
}

/** What `runIdempotent` needs to record a merchant's call. */
export async function merchantParts(
  checkout: Pick<CheckoutContext, "db" | "clock">,
  scope: MerchantScope,
): Promise<IdempotencyParts> {
  return { db: checkout.db, merchantClock: await clockOf(checkout, scope) };
}

/** A test clock as a call answers it. */
export interface AdvancedClock {
  /** Milliseconds ahead of real time. */
  readonly ahead: number;
  readonly replayed: boolean;
}

/** Moves a merchant's test clock forward, once for each idempotency key. */
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
  const parts = await merchantParts(checkout, scope);
  const from = await aheadOf(checkout, scope);
  const to = from + milliseconds;
  if (to > AHEAD_MAX_MS) {
    throw new Refusal("PARAMETER_INVALID", "The clock would be more than ten years ahead.", "seconds");
  }
  // The new time is part of the key's object id, so that a replay gets the first answer.
  const done = await runIdempotent(parts, scope, call ?? callWithoutKey(checkout), String(to), async (tx) => {
    if (await moveTestClock(tx, scope.merchantId, from, to)) return;
    throw new Refusal("CONFLICT", "Another request moved the clock meanwhile. Try again.");
  });
  return { ahead: Number(done.objectId), replayed: done.replayed };
}

async function aheadOf({ db }: Pick<CheckoutContext, "db">, { merchantId }: MerchantScope): Promise<number> {
  return (await findMerchant(db.manager, merchantId))?.testClockAhead ?? 0;
}
