import type { EntitySchema, ObjectLiteral } from "typeorm";

import { sqlExecutorOf } from "../engine/sql-executor.js";
import { type Table, tableOf } from "./table.js";
import type { Tx } from "../transaction.js";

/** New values by property; a function gives an expression of SQL instead. */
export type Change<Row> = { readonly [K in keyof Row]?: Row[K] | (() => string) };

/**
 * Changes the rows for which `condition` holds, SQL over column names with a question mark for each value.
 * Answers with how many were found: a condition that the change itself undoes makes that the number of those
 * that were changed.
 */
export async function updateRows<Row extends ObjectLiteral>(
  tx: Tx,
  schema: EntitySchema<Row>,
  change: Change<Row>,
  condition: string,
  values: readonly unknown[],
): Promise<number> {
  const update = updateOf(tableOf(schema), change, condition, values);
  return (await sqlExecutorOf(tx).run(update.sql, update.values)).changes;
}

/** The same with the transaction's next statement, or its COMMIT. Nobody is told how many rows it found. */
export function queueUpdate<Row extends ObjectLiteral>(
  tx: Tx,
  schema: EntitySchema<Row>,
  change: Change<Row>,
  condition: string,
  values: readonly unknown[],
): void {
  const update = updateOf(tableOf(schema), change, condition, values);
  sqlExecutorOf(tx).defer(update.sql, update.values);
}

function updateOf(
  table: Table,
  change: Readonly<Record<string, unknown>>,
  condition: string,
  values: readonly unknown[],
) {
  const assignments: string[] = [];
  const all: unknown[] = [];
  for (const [property, value] of Object.entries<unknown>(change)) {
    const column = table.byProperty.get(property);
    if (column === undefined) throw new Error(`${table.name} has no ${property}`);
    if (typeof value === "function") assignments.push(`${column.column} = ${String(value())}`);
    else {
      assignments.push(`${column.column} = ?`);
      all.push(column.stored(value));
    }
  }
  const sql = `UPDATE ${table.name} SET ${assignments.join(", ")} WHERE ${condition}`;
  return { sql, values: [...all, ...values] };
}
