import type { EntitySchema, ObjectLiteral } from "typeorm";

import { sqlExecutorOf } from "../engine/sql-executor.js";
import { type Table, tableOf } from "./table.js";
import type { Tx } from "../transaction.js";

/** A row to insert: nullable columns may be left out. */
export type NewRow<Row> = Omit<Row, NullableOf<Row>> & Partial<Pick<Row, NullableOf<Row>>>;

type NullableOf<Row> = { [K in keyof Row]-?: null extends Row[K] ? K : never }[keyof Row];

/**
 * Inserts rows with one statement. It neither looks for existing rows nor reads the new ones back: a unique
 * key that is taken throws (`isDuplicateKey`).
 */
export async function insertRows<Row extends ObjectLiteral>(
  tx: Tx,
  schema: EntitySchema<Row>,
  ...rows: readonly NewRow<Row>[]
): Promise<void> {
  const table = tableOf(schema);
  await sqlExecutorOf(tx).run(insertSql(table, rows.length), valuesOf(table, rows));
}

/**
 * Inserts rows with the transaction's next statement, or its COMMIT, which throws if a unique key is taken.
 */
export function queueInsert<Row extends ObjectLiteral>(
  tx: Tx,
  schema: EntitySchema<Row>,
  ...rows: readonly NewRow<Row>[]
): void {
  const table = tableOf(schema);
  sqlExecutorOf(tx).defer(insertSql(table, rows.length), valuesOf(table, rows));
}

/** An INSERT of so many rows. */
export function insertSql({ insert, placeholders }: Table, rows: number): string {
  return insert + `, ${placeholders}`.repeat(rows - 1);
}

/** A property that a row leaves out is null: a NOT NULL column refuses that by its name. */
export function valuesOf({ columns }: Table, rows: readonly ObjectLiteral[]): unknown[] {
  const values: unknown[] = [];
  for (const row of rows) {
    for (const { property, stored } of columns) values.push(stored(row[property]) ?? null);
  }
  return values;
}
