import type { EntityManager } from "typeorm";
import { EntitySchema } from "typeorm/entity-schema/EntitySchema.js";

import { id, integer, primary } from "../engine/columns.js";
import { isDuplicateKey } from "../engine/database-errors.js";
import type { Tx } from "../transaction.js";

/** One row: a value that only the right SECRETS_KEY makes. */
interface SecretsKeyCheckRow {
  id: number;
  checkValue: string;
}

export const secretsKeyChecks = new EntitySchema<SecretsKeyCheckRow>({
  name: "secrets_key_check",
  synchronize: false,
  columns: { id: primary(integer()), checkValue: id() },
});

const ONLY_ROW = 1;

/** The check value of the key that sealed this database's secrets. Undefined in a new database. */
export async function findSecretsKeyCheck(db: EntityManager): Promise<string | undefined> {
  const row = await db
    .createQueryBuilder(secretsKeyChecks, "c")
    .where("c.id = :id", { id: ONLY_ROW })
    .getOne();
  return row?.checkValue;
}

/** Stores the check value of the first key; if another process was first, its value stays. */
export async function insertSecretsKeyCheck(tx: Tx, checkValue: string): Promise<void> {
  try {
    const row = { id: ONLY_ROW, checkValue };
    await tx.createQueryBuilder().insert().into(secretsKeyChecks).values(row).updateEntity(false).execute();
  } catch (error) {
    // A duplicate is another process's row: the caller compares it afterwards.
    if (!isDuplicateKey(error)) throw error;
  }
}
