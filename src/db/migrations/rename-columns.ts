import type { QueryRunner } from "typeorm";

import { isSqlite } from "./create-table.js";

/** The new names of a table's columns and indexes, by their old names; an index with its columns. */
export interface NewNames {
  readonly columns: Readonly<Record<string, string>>;
  readonly indexes?: Readonly<Record<string, { readonly name: string; readonly columns: readonly string[] }>>;
}

/**
 * Renames each column and index that still has its old name: a server commits each step by itself, and a
 * migration that failed half-way is run again.
 */
export async function renameColumns(
  runner: QueryRunner,
  table: string,
  { columns, indexes = {} }: NewNames,
): Promise<void> {
  for (const [from, to] of Object.entries(columns)) {
    if (await runner.hasColumn(table, from)) {
      await runner.query(`alter table ${table} rename column ${from} to ${to}`);
    }
  }
  for (const [from, index] of Object.entries(indexes)) {
    await (isSqlite(runner) ? renameOnSqlite : renameOnServer)(runner, table, from, index);
  }
}

interface Index {
  readonly name: string;
  readonly columns: readonly string[];
}

/** SQLite cannot rename an index. It is small work to make it anew: the table's rows are those of one file. */
async function renameOnSqlite(runner: QueryRunner, table: string, from: string, index: Index): Promise<void> {
  await runner.query(`drop index if exists ${from}`);
  await runner.query(`create index if not exists ${index.name} on ${table} (${index.columns.join(", ")})`);
}

async function renameOnServer(
  runner: QueryRunner,
  table: string,
  from: string,
  { name }: Index,
): Promise<void> {
  const old: unknown[] = await runner.query(
    `select 1 from information_schema.statistics
     where table_schema = database() and table_name = ? and index_name = ?`,
    [table, from],
  );
  if (old.length > 0) await runner.query(`alter table ${table} rename index ${from} to ${name}`);
}
