import { EntitySchema } from "typeorm/entity-schema/EntitySchema.js";

import { id, primary, time } from "../../db/engine/columns.js";
import { deleteRows } from "../../db/query/delete.js";
import { lockRow } from "../../db/query/select.js";
import { updateRows } from "../../db/query/update.js";
import { upsertRow } from "../../db/query/upsert.js";
import type { Tx } from "../../db/transaction.js";

/** When one card was last used for one order at the sandbox gateway: for the check for duplicates. */
export interface SandboxLastUseRow {
  /** Hash of all fields that must be equal for a duplicate. */
  readonly fingerprint: string;
  /** 0 if the row was only inserted to be locked. */
  readonly usedAt: number;
}

export const sandboxLastUses = new EntitySchema<SandboxLastUseRow>({
  name: "sandbox_last_use",
  synchronize: false,
  columns: { fingerprint: primary(id()), usedAt: time() },
});

/**
 * Makes payments with this fingerprint wait for each other until the transaction ends, and returns the time
 * of the last one; 0 if there was none.
 *
 * One upsert inserts or locks the row: a search first would deadlock two callers, or let both pass.
 */
export async function lockSandboxLastUse(tx: Tx, fingerprint: string): Promise<number> {
  await upsertRow(tx, sandboxLastUses, "fingerprint", { fingerprint, usedAt: 0 }, { fingerprint });
  return (await lockRow(tx, sandboxLastUses, "WHERE fingerprint = ?", [fingerprint])).usedAt;
}

export async function writeSandboxLastUse(tx: Tx, fingerprint: string, usedAt: number): Promise<void> {
  await updateRows(tx, sandboxLastUses, { usedAt }, "fingerprint = ?", [fingerprint]);
}

/** Deletes the uses before that time. */
export async function deleteSandboxLastUses(tx: Tx, before: number): Promise<void> {
  await deleteRows(tx, sandboxLastUses, "used_at < ?", [before]);
}
