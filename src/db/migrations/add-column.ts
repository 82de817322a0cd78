import type { QueryRunner } from "typeorm";

import { columnSql, type Kind } from "./create-table.js";

/** Adds nullable columns, each unless it exists: a migration that failed half-way is run again. */
export async function addColumns(
  runner: QueryRunner,
  table: string,
  columns: Readonly<Record<string, Kind & { readonly nullable: true }>>,
): Promise<void> {
  for (const [name, kind] of Object.entries(columns)) {
    if (await runner.hasColumn(table, name)) continue;
    await runner.query(`alter table ${table} add column ${columnSql(runner, name, kind)}`);
  }
}
