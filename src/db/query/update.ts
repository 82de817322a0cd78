import type { EntitySchema, ObjectLiteral } from "typeorm";

import { sqlExecutorOf, type Statement } from "../engine/sql-executor.js";
import { type Table, tableOf } from "./table.js";
import type { Tx } from "../transaction.js";

/** New values by property; a function returns an SQL expression instead, with its values if it has any. */
export type Change<Row> = { readonly [K in keyof Row]?: Row[K] | (() => string | Statement) };

/**
 * Changes the rows that match `condition`: SQL over column names, with a question mark for each value.
 * Returns the number of matched rows; if the update falsifies `condition`, that equals the number of rows
 * changed.
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

/**
 * Updates with the transaction's next statement, or its COMMIT. The number of matched rows is not returned.
 */
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
  const { assignments, values: assigned } = assignmentsOf(table, change);
  const sql = `UPDATE ${table.name} SET ${assignments} WHERE ${condition}`;
  return { sql, values: [...assigned, ...values] };
}

/** What stands behind SET. */
export function assignmentsOf(table: Table, change: Readonly<Record<string, unknown>>) {
  const assignments: string[] = [];
  const values: unknown[] = [];
  for (const [property, value] of Object.entries<unknown>(change)) {
    const column = table.byProperty.get(property);
    if (column === undefined) throw new Error(`${table.name} has no ${property}`);
    // TypeORM leaves such a property out; the driver would make it null.
    if (value === undefined) throw new Error(`${table.name} is to get an undefined ${property}`);
    const expression = typeof value === "function" ? (value() as string | Statement) : undefined;
    const text = typeof expression === "object" ? expression.sql : (expression ?? "?");
    assignments.push(`${column.column} = ${text}`);
    if (expression === undefined) values.push(column.stored(value));
    else if (typeof expression === "object") values.push(...expression.values);
  }
  return { assignments: assignments.join(", "), values };
}
