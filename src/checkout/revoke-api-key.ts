import { type ApiKeyRow, findApiKey, revokeApiKey } from "../db/api-keys.js";
import { inTransaction } from "../db/transaction.js";
import { Refusal } from "../domain/refusal.js";
import type { Registry } from "./create-merchant.js";

/** Revokes a key; it is refused from the next call on. Revoking it again changes nothing. */
export async function revokeKey(registry: Registry, id: string): Promise<ApiKeyRow> {
  await inTransaction(registry.db, "READ COMMITTED", (tx) => revokeApiKey(tx, id, registry.clock.now()));
  const key = await findApiKey(registry.db.manager, id);
  if (key === undefined) throw new Refusal("PARAMETER_INVALID", `No such key: ${id}.`);
  return key;
}
