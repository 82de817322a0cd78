import type { EntitySchema, ObjectLiteral } from "typeorm";

import { sqlExecutorOf } from "../engine/sql-executor.js";
import { type Table, tableOf } from "./table.js";
import type { Tx } from "../transaction.js";

/** A row to insert: what may be null may be left out. */
type NewRow<Row> = Omit<Row, NullableOf<Row>> & Partial<Pick<Row, NullableOf<Row>>>;

type NullableOf<Row> = { [K in keyof Row]-?: null extends Row[K] ? K : never }[keyof Row];

/**
 * Inserts rows by one statement. It neither looks for them first nor reads them back: a unique key that is taken speaks
 * for itself (`isDuplicateKey`).
 */
export async function insertRows<Row extends ObjectLiteral>(
  tx: Tx,
  schema: EntitySchema<Row>,
  ...rows: readonly NewRow<Row>[]
): Promise<void> {
  const table = tableOf(schema);
  await sqlExecutorOf(tx).run(insertSql(table, rows.length), valuesOf(table, rows));
}

/** The same with the transaction's next statement, or its COMMIT. A key that is taken fails that one. */
export function queueInsert<Row extends ObjectLiteral>(
  tx: Tx,
  schema: EntitySchema<Row>,
  ...rows: readonly NewRow<Row>[]
): void {
  const table = tableOf(schema);
  sqlExecutorOf(tx).defer(insertSql(table, rows.length), valuesOf(table, rows));
}

function insertSql({ insert, placeholders }: Table, rows: number): string {
  return insert + `, ${placeholders}`.repeat(rows - 1);
}

/** What a row leaves out is null: a column that must hold something refuses that by its name. */
function valuesOf({ columns }: Table, rows: readonly ObjectLiteral[]): unknown[] {
  const values: unknown[] = [];
  for (const row of rows) {
    for (const { property, stored } of columns) values.push(stored(row[property]) ?? null);
  }
  return values;
}
