import path from "node:path";

import t, { type Test } from "tap";

import { migrate } from "../../../src/db/migrate.js";
import type { Database } from "../../../src/db/engine/database.js";
import { entities, migrations } from "../../../src/start/schema.js";
import { onMysql, onSqlite, type TestEngine } from "../database.js";
import { copyTables } from "./copied-tables.js";
import { TEMPLATE_VARIABLES } from "./template-place.js";

const COLUMNS = `SELECT table_name, column_name, ordinal_position, column_type, is_nullable, column_default,
  collation_name, extra, generation_expression FROM information_schema.columns
  WHERE table_schema = database() ORDER BY table_name, ordinal_position`;
const INDEXES = `SELECT table_name, index_name, seq_in_index, column_name, non_unique FROM information_schema.statistics
  WHERE table_schema = database() ORDER BY table_name, index_name, seq_in_index`;
const TABLES = `SELECT table_name, engine, table_collation, row_format FROM information_schema.tables
  WHERE table_schema = database() ORDER BY table_name`;

const NAME = "copied tables are those that the migrations make";

await onSqlite(t, `${NAME}, in the embedded file`, (t, engine) => {
  const dataDir = path.join(engine.place.dataDir, "migrated");
  return compare(t, engine, { dataDir }, "SELECT name, sql FROM sqlite_master ORDER BY name");
});

await onMysql(t, `${NAME}, on a server`, async (t, engine, admin) => {
  if (process.env[TEMPLATE_VARIABLES.schema] === undefined)
    return t.comment("left out: the server was given");
  const url = new URL(engine.place.url ?? "");
  url.pathname += "_migrated";
  await admin.query(`CREATE DATABASE ${url.pathname.slice(1)}`);
  // Runs after the closing of what `compare` opens, and before the end of `admin`.
  t.teardown(() => admin.query(`DROP DATABASE ${url.pathname.slice(1)}`));
  await compare(t, engine, { url: url.href }, COLUMNS, INDEXES, TABLES);
});

async function compare(
  t: Test,
  engine: TestEngine,
  other: Partial<TestEngine["place"]>,
  ...queries: string[]
): Promise<void> {
  const { url: databaseUrl, dataDir } = engine.place;
  await copyTables({ databaseUrl, dataDir });
  const copied = await engine.open({ entities, migrations });
  t.same(await migrate(copied), [], "no migration is left to do");
  const migrated = await engine.open({ entities, migrations, ...other });
  t.ok((await migrate(migrated)).length > 10);
  for (const query of [...queries, "SELECT name FROM migrations ORDER BY name"]) {
    const rows = await answer(migrated, query);
    t.ok(rows.length > 5, query);
    t.same(await answer(copied, query), rows);
  }
}

async function answer({ manager }: Database, query: string): Promise<unknown[]> {
  return manager.query(query);
}
