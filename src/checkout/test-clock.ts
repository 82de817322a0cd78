import { findMerchant, moveTestClock } from "../db/tables/merchants.js";
import type { Owner } from "../domain/merchant-scope.js";
import { Refusal } from "../domain/refusal.js";
import { movedAhead, type SharedClock } from "../lib/clock.js";
import type { Checkout } from "./context.js";
import { callWithoutKey, doneBefore, type IdempotentCall, once, type OnceParts } from "./idempotency.js";

/** How far ahead of real time a test clock goes: ten years. */
const AHEAD_MAX_MS = 315_360_000_000;

/** The clock that the life of an owner's sessions follows: in live mode the real one, in test mode the merchant's own. */
export async function clockOf(checkout: Pick<Checkout, "db" | "clock">, owner: Owner): Promise<SharedClock> {
  if (owner.livemode) return checkout.clock;
  const ahead = await aheadOf(checkout, owner);
  return movedAhead(checkout.clock, () => ahead);
}

/** What `once` records a call of the owner with. */
export async function ownersParts(
  checkout: Pick<Checkout, "db" | "clock">,
  owner: Owner,
): Promise<OnceParts> {
  return { db: checkout.db, ownersClock: await clockOf(checkout, owner) };
}

/** A test clock as a call answers it. */
export interface AdvancedClock {
  /** Milliseconds ahead of real time. */
  readonly ahead: number;
  readonly replayed: boolean;
}

/** Moves the test clock of a merchant forward, once for each idempotency key. */
export async function advanceTestClock(
  checkout: Checkout,
  owner: Owner,
  milliseconds: number,
  call: IdempotentCall | undefined,
): Promise<AdvancedClock> {
  if (owner.livemode)
    throw new Refusal("LIVEMODE_MISMATCH", "Live objects follow real time: use a test key.");
  const before = await doneBefore(checkout, owner, call);
  if (before !== undefined) return { ahead: Number(before.objectId), replayed: true };
  const parts = await ownersParts(checkout, owner);
  const from = await aheadOf(checkout, owner);
  const to = from + milliseconds;
  if (to > AHEAD_MAX_MS) {
    throw new Refusal("PARAMETER_INVALID", "The clock would be more than ten years ahead.", "seconds");
  }
  // Where it stands then names the answer, so that a replay gets the first one again.
  const done = await once(parts, owner, call ?? callWithoutKey(checkout), String(to), async (tx) => {
    if (await moveTestClock(tx, owner.merchantId, from, to)) return;
    throw new Refusal("CONFLICT", "Another request moved the clock meanwhile. Try again.");
  });
  return { ahead: Number(done.objectId), replayed: done.replayed };
}

async function aheadOf({ db }: Pick<Checkout, "db">, { merchantId }: Owner): Promise<number> {
  return (await findMerchant(db.manager, merchantId))?.testClockAhead ?? 0;
}
