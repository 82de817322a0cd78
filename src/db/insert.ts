import type { EntitySchema, ObjectLiteral, QueryDeepPartialEntity } from "typeorm";

import type { Tx } from "./transaction.js";

/**
 * Inserts rows by one statement. It neither looks for them first nor reads them back: a unique key that is taken speaks
 * for itself (`isDuplicateKey`).
 */
export async function insertRows<Row extends ObjectLiteral>(
  tx: Tx,
  table: EntitySchema<Row>,
  ...rows: readonly Row[]
): Promise<void> {
  // TypeORM's type also allows SQL expressions as values, and so stumbles over columns of any JSON.
  const values = [...rows] as QueryDeepPartialEntity<Row>[];
  await tx.createQueryBuilder().insert().into(table).values(values).updateEntity(false).execute();
}
