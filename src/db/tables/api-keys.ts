import type { EntityManager } from "typeorm";
import { EntitySchema } from "typeorm/entity-schema/EntitySchema.js";

import { isId } from "../../lib/ids.js";
import { flag, id, index, optional, primary, time, uniqueIndex } from "../engine/columns.js";
import { insertRows } from "../query/insert.js";
import { selectRow, selectRows } from "../query/select.js";
import { updateRows } from "../query/update.js";
import type { Tx } from "../transaction.js";

/** A merchant's API key. The secret itself is shown once and never stored. */
export interface ApiKeyRow {
  id: string;
  merchantId: string;
  livemode: boolean;
  /** SHA-256 of the key in hexadecimal, see domain/api-key.ts. */
  hash: string;
  last4: string;
  createdAt: number;
  revokedAt: number | null;
}

export const apiKeys = new EntitySchema<ApiKeyRow>({
  name: "api_key",
  synchronize: false,
  columns: {
    id: primary(id()),
    merchantId: id(),
    livemode: flag(),
    hash: id(),
    last4: id(),
    createdAt: time(),
    revokedAt: optional(time()),
  },
  indices: [uniqueIndex("hash"), index("merchantId")],
});

export async function insertApiKey(tx: Tx, row: ApiKeyRow): Promise<void> {
  await insertRows(tx, apiKeys, row);
}

export async function findApiKeyByHash(db: EntityManager, hash: string): Promise<ApiKeyRow | undefined> {
  return await selectRow(db, apiKeys, "WHERE hash = ?", [hash]);
}

export async function findApiKey(db: EntityManager, id: string): Promise<ApiKeyRow | undefined> {
  if (!isId("key", id)) return undefined;
  return await selectRow(db, apiKeys, "WHERE id = ?", [id]);
}

/** The keys of one merchant, or of all if `merchantId` is undefined; the oldest first. */
export async function listApiKeys(db: EntityManager, merchantId: string | undefined): Promise<ApiKeyRow[]> {
  if (merchantId === undefined) return await selectRows(db, apiKeys, "ORDER BY id", []);
  if (!isId("mer", merchantId)) return [];
  return await selectRows(db, apiKeys, "WHERE merchant_id = ? ORDER BY id", [merchantId]);
}

/** Revokes a key for good; a key that is revoked already keeps its time. */
export async function revokeApiKey(tx: Tx, id: string, now: number): Promise<void> {
  await updateRows(tx, apiKeys, { revokedAt: now }, "id = ? AND revoked_at IS NULL", [id]);
}
