import type { QueryRunner } from "typeorm";

import { columnSql, indexName, isSqlite, type Kind } from "./create-table.js";

/** A column that rows which are there already can have: it may be null. */
type NewColumn = Kind & { readonly nullable: true };

/** Adds columns, each unless it is there: a migration that failed half-way is run again. */
export async function addColumns(
  runner: QueryRunner,
  table: string,
  columns: Readonly<Record<string, NewColumn>>,
): Promise<void> {
  for (const [name, kind] of Object.entries(columns)) {
    if (await runner.hasColumn(table, name)) continue;
    await runner.query(`alter table ${table} add column ${columnSql(runner, name, kind)}`);
  }
}

/** Adds an index, unless it is there. Only MariaDB and SQLite could say so in the statement itself. */
export async function addIndex(
  runner: QueryRunner,
  table: string,
  columns: readonly string[],
): Promise<void> {
  const name = indexName(table, columns);
  if (await hasIndex(runner, table, name)) return;
  await runner.query(`create index ${name} on ${table} (${columns.join(", ")})`);
}

async function hasIndex(runner: QueryRunner, table: string, name: string): Promise<boolean> {
  const rows: unknown[] = isSqlite(runner)
    ? await runner.query("select 1 from sqlite_master where type = 'index' and name = ?", [name])
    : await runner.query(
        `select 1 from information_schema.statistics
          where table_schema = database() and table_name = ? and index_name = ?`,
        [table, name],
      );
  return rows.length > 0;
}
