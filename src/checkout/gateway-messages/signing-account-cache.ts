import type { Database } from "../../db/engine/database.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import type { CheckoutContext } from "../context.js";
import { type Signer, signersFor } from "../merchants/gateway-account.js";

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

interface Looked {
  /** By owner. */
  readonly signers: Map<string, Kept>;
  /** By the name of the account at the gateway: of several merchants that share one, the last that was looked up. */
  readonly scopes: Map<string, MerchantScope>;
}

const lookedOf = new WeakMap<Database, Looked>();

/**
 * Who may have signed a result for this owner, as it was a second ago at most; undefined where nobody has
 * looked since then. There may be more by now: what none of them has signed is for `lookUpSigners` to say.
 */
export function cachedSigners(
  { db, clock }: CheckoutContext,
  scope: MerchantScope,
): readonly Signer[] | undefined {
  const kept = lookedOf.get(db)?.signers.get(keyOf(scope));
  if (kept === undefined || performance.now() - kept.lookedAt >= KEPT_MS) return undefined;
  return Math.abs(clock.now() - kept.clockThen) < KEPT_MS ? kept.signers : undefined;
}

/** The same of an owner whose account is called so; there may be other owners. */
export function cachedSignersNamed(checkout: CheckoutContext, merchantID: string): readonly Signer[] {
  const scope = lookedOf.get(checkout.db)?.scopes.get(merchantID);
  return (scope && cachedSigners(checkout, scope)) ?? [];
}

/** Who may have signed a result for this owner now. */
export async function lookUpSigners(
  checkout: CheckoutContext,
  scope: MerchantScope,
): Promise<readonly Signer[]> {
  const [lookedAt, clockThen] = [performance.now(), checkout.clock.now()];
  const signers = await signersFor(checkout, scope);
  const looked = roomIn(lookedOf.get(checkout.db)) ?? { signers: new Map(), scopes: new Map() };
  lookedOf.set(checkout.db, looked);
  looked.signers.set(keyOf(scope), { signers, lookedAt, clockThen });
  for (const { merchantID, merchantId, livemode } of signers) {
    looked.scopes.set(merchantID, { merchantId, livemode });
  }
  return signers;
}

function roomIn(looked: Looked | undefined): Looked | undefined {
  return looked !== undefined && looked.signers.size < KEPT_MAX ? looked : undefined;
}

function keyOf({ merchantId, livemode }: MerchantScope): string {
  return `${merchantId} ${livemode}`;
}
