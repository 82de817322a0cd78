import type { Tx } from "../db/transaction.js";
import type { MerchantScope } from "../domain/merchant-scope.js";
import type { Clock } from "../lib/clock.js";
import type { CheckoutContext } from "./context.js";
import { findPrevious, type IdempotentCall, runIdempotent } from "./idempotency.js";
import { merchantParts } from "./test-clock.js";

/** A change of an object that exists, which does no harm twice. */
export interface Change<Found> {
  readonly id: string;
  /**
   * Finds the object. Throws a Refusal if there is none, or it cannot be changed now; for a replayed call only if there
   * is none: what could be changed then may not be now.
   */
  readonly check: (isReplay: boolean) => Promise<Found>;
  /** Reads the object again under a lock: two changes at once must not lose each other's. */
  readonly work: (tx: Tx, clock: Clock, found: Found) => Promise<void>;
}

/** Changes an object once for each idempotency key. True if an earlier call with this key did. */
export async function changeOnce<Found>(
  checkout: CheckoutContext,
  scope: MerchantScope,
  call: IdempotentCall | undefined,
  { id, check, work }: Change<Found>,
): Promise<boolean> {
  const before = await findPrevious(checkout, scope, call);
  const found = await check(before !== undefined);
  if (before !== undefined) return true;
  const parts = await merchantParts(checkout, scope);
  return (await runIdempotent(parts, scope, call, id, (tx, _run, clock) => work(tx, clock, found))).replayed;
}
