import { type ApiKeyRow, insertApiKey } from "../../db/tables/api-keys.js";
import { findGatewayAccount } from "../../db/tables/gateway-accounts.js";
import { findMerchant } from "../../db/tables/merchants.js";
import { inTransaction } from "../../db/transaction.js";
import { hashApiKey, last4OfApiKey, newApiKey } from "../../domain/api-key.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { Refusal } from "../../domain/refusal.js";
import { newId } from "../../lib/ids.js";
import type { Registry } from "./create-merchant.js";

/** A key, at the only moment at which it is readable. */
export interface CreatedApiKey extends MerchantScope {
  readonly id: string;
  /** `sk_live_...` or `sk_test_...`: shown now and never again. */
  readonly key: string;
  readonly createdAt: number;
}

/** Creates a key. Throws a Refusal for a live key if the merchant has no live gateway account. */
export async function createApiKey(registry: Registry, scope: MerchantScope): Promise<CreatedApiKey> {
  await requireMerchant(registry, scope.merchantId);
  if (scope.livemode && (await findGatewayAccount(registry.db.manager, scope)) === undefined) {
    throw new Refusal(
      "PARAMETER_INVALID",
      `Merchant ${scope.merchantId} has no live gateway account: give it one with merchants update.`,
      "mode",
    );
  }
  const { key, row } = newKey(registry, scope);
  await inTransaction(registry.db, "READ COMMITTED", (tx) => insertApiKey(tx, row));
  const { id, merchantId, livemode, createdAt } = row;
  return { id, merchantId, livemode, createdAt, key };
}

/** A key that is not stored yet, and its row. */
export function newKey(
  { clock }: Pick<Registry, "clock">,
  { merchantId, livemode }: MerchantScope,
): { readonly key: string; readonly row: ApiKeyRow } {
  const now = clock.now();
  const key = newApiKey(livemode);
  const row = { id: newId("key", now), merchantId, livemode, createdAt: now };
  return { key, row: { ...row, hash: hashApiKey(key), last4: last4OfApiKey(key), revokedAt: null } };
}

/** Throws a Refusal if there is no such merchant. */
export async function requireMerchant(registry: Registry, merchantId: string): Promise<void> {
  if ((await findMerchant(registry.db.manager, merchantId)) !== undefined) return;
  throw new Refusal("PARAMETER_INVALID", `No such merchant: ${merchantId}.`, "merchant");
}
