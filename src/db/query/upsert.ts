import type { EntitySchema, ObjectLiteral } from "typeorm";

import { sqlExecutorOf } from "../engine/sql-executor.js";
import type { Tx } from "../transaction.js";
import { insertSql, type NewRow, valuesOf } from "./insert.js";
import { tableOf } from "./table.js";
import { assignmentsOf, type Change } from "./update.js";

/**
 * Inserts a row with the transaction's next statement, or its COMMIT; where its primary key, which is `key` alone, is
 * taken, that row is changed instead. A table with another unique key would be changed by that one, too, on a server.
 */
export function queueUpsert<Row extends ObjectLiteral>(
  tx: Tx,
  schema: EntitySchema<Row>,
  key: keyof Row & string,
  row: NewRow<Row>,
  change: Change<Row>,
): void {
  const table = tableOf(schema);
  const { assignments, values } = assignmentsOf(table, change);
  const isSqlite = tx.dataSource.options.type === "better-sqlite3";
  const onTaken = isSqlite
    ? `ON CONFLICT (${table.byProperty.get(key)?.column}) DO UPDATE SET`
    : "ON DUPLICATE KEY UPDATE";
  const sql = `${insertSql(table, 1)} ${onTaken} ${assignments}`;
  sqlExecutorOf(tx).defer(sql, [...valuesOf(table, [row]), ...values]);
}
