import { setTimeout as sleep } from "node:timers/promises";

import { type ApiKeyRow, findApiKey, revokeApiKey } from "../../db/tables/api-keys.js";
import { inTransaction } from "../../db/transaction.js";
import { KEY_KEPT_MS } from "../../domain/api-key.js";
import { Refusal } from "../../domain/refusal.js";
import type { Registry } from "./create-merchant.js";

/**
 * Revokes a key. A revoked key may be accepted for up to 1 s, since each server caches a valid key for that
 * long; returns once that second is over. Revoking a key again changes nothing.
 */
export async function revokeKey(registry: Registry, id: string): Promise<ApiKeyRow> {
  await inTransaction(registry.db, "READ COMMITTED", (tx) => revokeApiKey(tx, id, registry.clock.now()));
  const key = await findApiKey(registry.db.manager, id);
  if (key === undefined) throw new Refusal("PARAMETER_INVALID", `No such key: ${id}.`);
  await sleep(KEY_KEPT_MS);
  return key;
}
