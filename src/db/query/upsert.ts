import type { EntitySchema, ObjectLiteral } from "typeorm";

import { sqlExecutorOf, type Statement } from "../engine/sql-executor.js";
import type { Tx } from "../transaction.js";
import { insertSql, type NewRow, valuesOf } from "./insert.js";
import { type Table, tableOf } from "./table.js";
import { assignmentsOf, type Change } from "./update.js";

/**
 * Inserts a row; where its primary key, which is `key` alone or of several columns, is taken, that row is changed
 * instead, and locked in either case. A table with another unique key would be changed by that one, too, on a server.
 */
export async function upsertRow<Row extends ObjectLiteral>(
  tx: Tx,
  schema: EntitySchema<Row>,
  key: Key<Row>,
  row: NewRow<Row>,
  change: Change<Row>,
): Promise<void> {
  const { sql, values } = upsertOf(tx, schema, key, row, change);
  await sqlExecutorOf(tx).run(sql, values);
}

/** Does as `upsertRow`, with the transaction's next statement, or its COMMIT. */
export function queueUpsert<Row extends ObjectLiteral>(
  tx: Tx,
  schema: EntitySchema<Row>,
  key: Key<Row>,
  row: NewRow<Row>,
  change: Change<Row>,
): void {
  const { sql, values } = upsertOf(tx, schema, key, row, change);
  sqlExecutorOf(tx).defer(sql, values);
}

/** The properties of a primary key. */
type Key<Row> = (keyof Row & string) | readonly (keyof Row & string)[];

/** The changed values are sent once more: MySQL deprecates VALUES(), and MariaDB does not know what replaces it. */
function upsertOf<Row extends ObjectLiteral>(
  tx: Tx,
  schema: EntitySchema<Row>,
  key: Key<Row>,
  row: NewRow<Row>,
  change: Change<Row>,
): Statement {
  const table = tableOf(schema);
  const { assignments, values } = assignmentsOf(table, change);
  const isSqlite = tx.dataSource.options.type === "better-sqlite3";
  const onTaken = isSqlite
    ? `ON CONFLICT (${columnsOfKey(table, key)}) DO UPDATE SET`
    : "ON DUPLICATE KEY UPDATE";
  const sql = `${insertSql(table, 1)} ${onTaken} ${assignments}`;
  return { sql, values: [...valuesOf(table, [row]), ...values] };
}

function columnsOfKey({ byProperty }: Table, key: string | readonly string[]): string {
  const properties = typeof key === "string" ? [key] : key;
  return properties.map((property) => byProperty.get(property)?.column).join(", ");
}
