import type { EntitySchema, ObjectLiteral } from "typeorm";

import { statementsOf } from "./statements.js";
import { type Table, tableOf } from "./table.js";
import type { Tx } from "./transaction.js";

/**
 * Inserts rows by one statement. It neither looks for them first nor reads them back: a unique key that is taken speaks
 * for itself (`isDuplicateKey`).
 */
export async function insertRows<Row extends ObjectLiteral>(
  tx: Tx,
  schema: EntitySchema<Row>,
  ...rows: readonly Row[]
): Promise<void> {
  const table = tableOf(schema);
  await statementsOf(tx).run(insertSql(table, rows.length), valuesOf(table, rows));
}

/** The same with the transaction's next statement, or its COMMIT. A key that is taken fails that one. */
export function insertRowsLater<Row extends ObjectLiteral>(
  tx: Tx,
  schema: EntitySchema<Row>,
  ...rows: readonly Row[]
): void {
  const table = tableOf(schema);
  statementsOf(tx).defer(insertSql(table, rows.length), valuesOf(table, rows));
}

function insertSql({ insert, columns }: Table, rows: number): string {
  const row = `(${columns.map(() => "?").join(", ")})`;
  return `${insert} ${Array.from({ length: rows }, () => row).join(", ")}`;
}

/** What a row does not have is null: a column that must hold something refuses that by its name. */
function valuesOf({ columns }: Table, rows: readonly ObjectLiteral[]): unknown[] {
  return rows.flatMap((row) => columns.map(({ property, stored }) => stored(row[property]) ?? null));
}
