import { LessThan } from "typeorm/find-options/operator/LessThan.js";
import { EntitySchema } from "typeorm/entity-schema/EntitySchema.js";

import { id, primary, time } from "../../db/engine/columns.js";
import { lockForUpdate, type Tx } from "../../db/transaction.js";

/** When one card was last used for one order at the sandbox gateway: what its check for duplicates looks at. */
export interface SandboxLastUseRow {
  /** Hash of all that must be equal for a duplicate. */
  readonly fingerprint: string;
  /** 0 where the row was only made to be locked. */
  readonly usedAt: number;
}

export const sandboxLastUses = new EntitySchema<SandboxLastUseRow>({
  name: "sandbox_last_use",
  synchronize: false,
  columns: { fingerprint: primary(id()), usedAt: time() },
});

/**
 * Makes all payments of this fingerprint stand in line until the transaction ends, and answers when the last one was; 0
 * where there was none.
 *
 * One upsert makes or locks the row: looking for it first would deadlock two callers, or let both pass.
 */
export async function lockSandboxLastUse(tx: Tx, fingerprint: string): Promise<number> {
  await tx
    .createQueryBuilder()
    .insert()
    .into(sandboxLastUses)
    .values({ fingerprint, usedAt: 0 })
    .orUpdate(["fingerprint"], ["fingerprint"])
    .updateEntity(false)
    .execute();
  const query = tx.createQueryBuilder(sandboxLastUses, "last_use").where({ fingerprint });
  const row = await lockForUpdate(query).getOneOrFail();
  return row.usedAt;
}

export async function writeSandboxLastUse(tx: Tx, fingerprint: string, usedAt: number): Promise<void> {
  await tx.createQueryBuilder().update(sandboxLastUses).set({ usedAt }).where({ fingerprint }).execute();
}

/** Forgets the uses before that time. */
export async function deleteSandboxLastUses(tx: Tx, before: number): Promise<void> {
  await tx.delete(sandboxLastUses, { usedAt: LessThan(before) });
}
