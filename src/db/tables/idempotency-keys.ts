import type { EntityManager } from "typeorm";
import { EntitySchema } from "typeorm/entity-schema/EntitySchema.js";

import type { MerchantScope } from "../../domain/merchant-scope.js";
import { flag, id, primary, time } from "../engine/columns.js";
import { isDuplicateKey } from "../engine/database-errors.js";
import { insertRows } from "../query/insert.js";
import { selectRow } from "../query/select.js";
import type { Tx } from "../transaction.js";

/** A call that was made with an idempotency key. Written in the transaction that made the call's changes. */
export interface IdempotencyKeyRow {
  merchantId: string;
  livemode: boolean;
  /** SHA-256 of the caller's key, which may be any text of up to 255 characters. */
  keyHash: string;
  /** SHA-256 of method and request: a key is valid for one request only. */
  fingerprint: string;
  /** The object that the call created or changed. */
  objectId: string;
  createdAt: number;
}

export const idempotencyKeys = new EntitySchema<IdempotencyKeyRow>({
  name: "idempotency_key",
  synchronize: false,
  columns: {
    merchantId: primary(id()),
    livemode: primary(flag()),
    keyHash: primary(id()),
    fingerprint: id(),
    objectId: id(),
    createdAt: time(),
  },
});

/**
 * Stores a key, and waits for a transaction that is storing an equal one. False if it is stored already. It
 * inserts first: two callers that searched for the absent key would deadlock.
 */
export async function insertIdempotencyKey(tx: Tx, row: IdempotencyKeyRow): Promise<boolean> {
  try {
    await insertRows(tx, idempotencyKeys, row);
    return true;
  } catch (error) {
    if (isDuplicateKey(error, "PRIMARY")) return false;
    throw error;
  }
}

export async function findIdempotencyKey(
  db: EntityManager,
  { merchantId, livemode }: MerchantScope,
  keyHash: string,
): Promise<IdempotencyKeyRow | undefined> {
  const condition = "WHERE merchant_id = ? AND livemode = ? AND key_hash = ?";
  return await selectRow(db, idempotencyKeys, condition, [merchantId, livemode, keyHash]);
}
