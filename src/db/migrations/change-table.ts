import type { QueryRunner } from "typeorm";

import { columnSql, createTable, isSqlite, mysqlKeys, optional, type TableShape } from "./create-table.js";

/** What a table becomes. */
export interface TableChange<Column extends string> {
  /** The whole table as it is to be; a column that it does not name is gone afterwards. */
  readonly shape: TableShape<Column>;
  /**
   * What new columns hold in the rows that are there: an expression of SQL over the old columns, also over
   * those that go. Null where not named.
   */
  readonly values: Partial<Record<NoInfer<Column>, string>>;
}

/**
 * Changes a table that may hold rows into another shape. Every step may be repeated: a server commits each by
 * itself, and a migration that failed half-way is run again.
 */
export async function changeTable<Column extends string>(
  runner: QueryRunner,
  table: string,
  change: TableChange<Column>,
): Promise<void> {
  await (isSqlite(runner) ? rebuildOnSqlite : changeOnServer)(runner, table, change);
}

/** SQLite cannot alter a column: the rows move to a new table, inside the migration's transaction. */
async function rebuildOnSqlite(
  runner: QueryRunner,
  table: string,
  { shape, values }: TableChange<string>,
): Promise<void> {
  const old: { name: string }[] = await runner.query(`pragma table_info(${table})`);
  const stays = new Set(old.map(({ name }) => name));
  const columns = Object.keys(shape.columns);
  const valueOf = (name: string): string => (stays.has(name) ? name : (values[name] ?? "null"));
  const { unique: _unique, indexes: _indexes, ...bare } = shape;
  await createTable(runner, `${table}_rebuilt`, bare);
  await runner.query(
    `insert into ${table}_rebuilt (${columns.join(", ")}) select ${columns.map(valueOf).join(", ")} from ${table}`,
  );
  await runner.query(`drop table ${table}`); // Its indexes go with it: their names are free for the new ones.
  await runner.query(`alter table ${table}_rebuilt rename to ${table}`);
  await createTable(runner, table, shape);
}

/** Adds new columns as nullable, fills them, and only then makes them NOT NULL: existing rows lack their values. */
async function changeOnServer(
  runner: QueryRunner,
  table: string,
  { shape, values }: TableChange<string>,
): Promise<void> {
  const present = await namesOf(runner, COLUMNS, table);
  const names = Object.keys(shape.columns);
  if (await isDone(runner, table, shape, present)) return;
  const added = names.filter((name) => !present.includes(name));
  await alter(
    runner,
    table,
    added.map((name) => `add column ${columnSql(runner, name, optional(kindOf(shape, name)))}`),
  );
  for (const name of names.filter((each) => values[each] !== undefined)) {
    await runner.query(`update ${table} set ${name} = ${values[name]} where ${name} is null`);
  }
  const wanted = mysqlKeys(table, shape);
  const indexes = await namesOf(runner, INDEXES, table);
  await alter(runner, table, [
    ...names.map((name) => `modify column ${columnSql(runner, name, kindOf(shape, name))}`),
    ...indexes.filter((name) => !wanted.has(name)).map((name) => `drop index ${name}`),
    ...[...wanted].filter(([name]) => !indexes.includes(name)).map(([, definition]) => `add ${definition}`),
    ...present.filter((name) => !names.includes(name)).map((name) => `drop column ${name}`),
  ]);
}

/** The last step is a single statement, which a server runs wholly or not at all. */
async function isDone(
  runner: QueryRunner,
  table: string,
  shape: TableShape,
  present: readonly string[],
): Promise<boolean> {
  const mayBeNull = await namesOf(runner, NULLABLE_COLUMNS, table);
  const wanted = Object.entries(shape.columns).map(([name, { nullable = false }]) => `${name} ${nullable}`);
  const found = present.map((name) => `${name} ${mayBeNull.includes(name)}`);
  const indexes = await namesOf(runner, INDEXES, table);
  const keys = [...mysqlKeys(table, shape).keys()];
  return isSame(wanted, found) && isSame(keys, indexes);
}

function isSame(wanted: readonly string[], found: readonly string[]): boolean {
  return wanted.length === found.length && wanted.every((each) => found.includes(each));
}

async function alter(runner: QueryRunner, table: string, changes: readonly string[]): Promise<void> {
  if (changes.length > 0) await runner.query(`alter table ${table} ${changes.join(", ")}`);
}

function kindOf({ columns }: TableShape, name: string): TableShape["columns"][string] {
  const kind = columns[name];
  if (kind === undefined) throw new Error(`No column ${name}`);
  return kind;
}

const COLUMNS = `select column_name as name from information_schema.columns
  where table_schema = database() and table_name = ?`;
const NULLABLE_COLUMNS = `${COLUMNS} and is_nullable = 'YES'`;
const INDEXES = `select distinct index_name as name from information_schema.statistics
  where table_schema = database() and table_name = ? and index_name <> 'PRIMARY'`;

async function namesOf(runner: QueryRunner, query: string, table: string): Promise<string[]> {
  const rows: { name: string }[] = await runner.query(query, [table]);
  return rows.map(({ name }) => name);
}
