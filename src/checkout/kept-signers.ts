import type { Database } from "../db/database.js";
import type { Owner } from "../domain/owner.js";
import type { Checkout } from "./checkout.js";
import { type Signer, signersFor } from "./gateway-account.js";

/** Rotating a secret leaves the old one believed for 48 hours; it may as well be a second more. */
const KEPT_MS = 1000;

/** Merchants with payments within one second. */
const KEPT_MAX = 1000;

interface Kept {
  readonly signers: readonly Signer[];
  readonly lookedAt: number;
  /** By the service's clock, which a test may move. */
  readonly clockThen: number;
}

const keptOf = new WeakMap<Database, Map<string, Kept>>();

/**
 * Who may have signed a result for this owner, as it was a second ago at most; undefined where nobody has looked since then.
 * There may be more by now: what none of them has signed is for `lookUpSigners` to say.
 */
export function signersLately({ db, clock }: Checkout, owner: Owner): readonly Signer[] | undefined {
  const kept = keptOf.get(db)?.get(keyOf(owner));
  if (kept === undefined || performance.now() - kept.lookedAt >= KEPT_MS) return undefined;
  return Math.abs(clock.now() - kept.clockThen) < KEPT_MS ? kept.signers : undefined;
}

/** Who may have signed a result for this owner now. */
export async function lookUpSigners(checkout: Checkout, owner: Owner): Promise<readonly Signer[]> {
  const [lookedAt, clockThen] = [performance.now(), checkout.clock.now()];
  const signers = await signersFor(checkout, owner);
  const kept = keptOf.get(checkout.db) ?? new Map<string, Kept>();
  if (kept.size >= KEPT_MAX) kept.clear();
  keptOf.set(checkout.db, kept.set(keyOf(owner), { signers, lookedAt, clockThen }));
  return signers;
}

function keyOf({ merchantId, livemode }: Owner): string {
  return `${merchantId} ${livemode}`;
}
