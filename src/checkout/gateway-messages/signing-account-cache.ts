import type { Database } from "../../db/engine/database.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import type { CheckoutContext } from "../context.js";
import { type Signer, signersFor } from "../merchants/gateway-account.js";

/** A rotated secret is accepted for another 48 hours anyway; a second more changes nothing. */
const KEPT_MS = 1000;

/** The number of merchants with payments within one second. */
const KEPT_MAX = 1000;

interface Kept {
  readonly signers: readonly Signer[];
  readonly lookedAt: number;
  /** By the service's clock, which a test may move. */
  readonly clockThen: number;
}

interface Looked {
  /** By merchant scope. */
  readonly signers: Map<string, Kept>;
  /**
   * By the account's id at the gateway: if several merchants share one, the scope that was looked up last.
   */
  readonly scopes: Map<string, MerchantScope>;
}

const lookedOf = new WeakMap<Database, Looked>();

/**
 * The accounts that may have signed a result for this merchant, as of a second ago at most; undefined if they
 * were not looked up since. There may be more by now: if none of them signed a message, `lookUpSigners`
 * decides.
 */
export function cachedSigners(
  { db, clock }: CheckoutContext,
  scope: MerchantScope,
): readonly Signer[] | undefined {
  const kept = lookedOf.get(db)?.signers.get(keyOf(scope));
  if (kept === undefined || performance.now() - kept.lookedAt >= KEPT_MS) return undefined;
  return Math.abs(clock.now() - kept.clockThen) < KEPT_MS ? kept.signers : undefined;
}

/** The cached accounts of a merchant with this `merchantID`; other merchants may share it. */
export function cachedSignersNamed(checkout: CheckoutContext, merchantID: string): readonly Signer[] {
  const scope = lookedOf.get(checkout.db)?.scopes.get(merchantID);
  return (scope && cachedSigners(checkout, scope)) ?? [];
}

/** The accounts that may have signed a result for this merchant now. */
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
