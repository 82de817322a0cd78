import type { EntitySchema, ObjectLiteral } from "typeorm";

import { sqlExecutorOf } from "../engine/sql-executor.js";
import type { Tx } from "../transaction.js";
import { tableOf } from "./table.js";

/** Deletes the rows that match `condition`: SQL over column names, with a question mark for each value. */
export async function deleteRows<Row extends ObjectLiteral>(
  tx: Tx,
  schema: EntitySchema<Row>,
  condition: string,
  values: readonly unknown[],
): Promise<void> {
  await sqlExecutorOf(tx).run(`DELETE FROM ${tableOf(schema).name} WHERE ${condition}`, values);
}
