import { setTimeout as sleep } from "node:timers/promises";

import { type ApiKeyRow, findApiKey, revokeApiKey } from "../../db/tables/api-keys.js";
import { inTransaction } from "../../db/transaction.js";
import { KEY_KEPT_MS } from "../../domain/api-key.js";
import { Refusal } from "../../domain/refusal.js";
import type { Registry } from "./create-merchant.js";

/**
 * Revokes a key, and answers when no server lets it in any more: each may believe it for a second after it has looked.
 * Revoking it again changes nothing.
 */
export async function revokeKey(registry: Registry, id: string): Promise<ApiKeyRow> {
  await inTransaction(registry.db, "READ COMMITTED", (tx) => revokeApiKey(tx, id, registry.clock.now()));
  const key = await findApiKey(registry.db.manager, id);
  if (key === undefined) throw new Refusal("PARAMETER_INVALID", `No such key: ${id}.`);
  await sleep(KEY_KEPT_MS);
  return key;
}
