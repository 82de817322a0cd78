import type { EntitySchema, ObjectLiteral } from "typeorm";

import { statementsOf } from "./statements.js";
import { type Table, tableOf } from "./table.js";
import type { Tx } from "./transaction.js";

/** New values by property; a function gives an expression of SQL instead. */
export type Change<Row> = { readonly [K in keyof Row]?: Row[K] | (() => string) };

/**
 * Changes the rows for which `condition` holds, SQL over column names with a question mark for each value. Answers with how
 * many were found: a condition that the change itself undoes makes that the number of those that were changed.
 */
export async function updateRows<Row extends ObjectLiteral>(
  tx: Tx,
  schema: EntitySchema<Row>,
  change: Change<Row>,
  condition: string,
  values: readonly unknown[],
): Promise<number> {
  const table = tableOf(schema);
  const parts = Object.entries(change).map(([property, value]) => assignment(table, property, value));
  const sql = `UPDATE ${table.name} SET ${parts.map(({ sql }) => sql).join(", ")} WHERE ${condition}`;
  const all = [...parts.flatMap((part) => part.values), ...values];
  return (await statementsOf(tx).run(sql, all)).changes;
}

function assignment(table: Table, property: string, value: unknown): { sql: string; values: unknown[] } {
  const column = table.byProperty.get(property);
  if (column === undefined) throw new Error(`${table.name} has no ${property}`);
  if (typeof value === "function") return { sql: `${column.column} = ${String(value())}`, values: [] };
  return { sql: `${column.column} = ?`, values: [column.stored(value)] };
}
