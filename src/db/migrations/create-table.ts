import type { QueryRunner } from "typeorm";

/** The type of a column on each engine. SQLite itself checks only the storage class; CHECK constraints do the rest. */
export interface Kind {
  readonly mysql: string;
  readonly sqlite: string;
  readonly check?: (column: string) => string;
  readonly nullable?: boolean;
}

/** The kinds of column, as in columns.ts. A kind that a migration has used is never edited: it is history. */
export const kind = {
  id: { mysql: "varchar(64)", sqlite: "text", check: (column) => `length(${column}) <= 64` },
  /** At most so many characters; up to 700 can be part of a key. */
  text: (lengthMax: number): Kind => ({
    mysql: `varchar(${lengthMax})`,
    sqlite: "text",
    check: (column) => `length(${column}) <= ${lengthMax}`,
  }),
  integer: { mysql: "bigint", sqlite: "integer" },
  time: { mysql: "bigint", sqlite: "integer" },
  flag: { mysql: "tinyint", sqlite: "integer", check: (column) => `${column} in (0, 1)` },
  /** Up to 16 MiB: plain text and blob would end at 64 KiB. */
  json: { mysql: "mediumtext", sqlite: "text" },
  bytes: { mysql: "mediumblob", sqlite: "blob" },
} satisfies Record<string, Kind | ((lengthMax: number) => Kind)>;

/** May be null. */
export function optional(kind: Kind): Kind & { readonly nullable: true } {
  return { ...kind, nullable: true };
}

/** One table as a migration describes it. Indexes are called `<table>_<column>_<column>`. */
export interface TableShape<Column extends string = string> {
  readonly columns: Record<Column, Kind>;
  readonly primaryKey: readonly NoInfer<Column>[];
  readonly unique?: readonly (readonly NoInfer<Column>[])[];
  readonly indexes?: readonly (readonly NoInfer<Column>[])[];
}

/** Creates the table with its indexes, unless it exists: a migration that failed half-way is run again. */
export async function createTable<Column extends string>(
  runner: QueryRunner,
  table: string,
  shape: TableShape<Column>,
): Promise<void> {
  const statements = isSqlite(runner)
    ? sqliteStatements(table, shape)
    : [mysqlStatement(table, shape, collation(runner))];
  for (const statement of statements) await runner.query(statement);
}

/** A column as a statement of this engine describes it. */
export function columnSql(runner: QueryRunner, name: string, kind: Kind): string {
  return isSqlite(runner) ? sqliteColumn(name, kind) : mysqlColumn(name, kind);
}

/** The name of an index over these columns. */
function indexName(table: string, columns: readonly string[]): string {
  const name = [table, ...columns].join("_");
  if (name.length > 64) throw new Error(`${name} is too long: a server takes 64 characters`);
  return name;
}

/** Whether a migration runs on the embedded file. */
export function isSqlite(runner: QueryRunner): boolean {
  return runner.dataSource.options.type === "better-sqlite3";
}

/** Byte by byte as on SQLite, a space at the end included: to utf8mb4_bin "a" and "a " are the same id. */
function collation(runner: QueryRunner): string {
  return runner.dataSource.options.type === "mariadb" ? "utf8mb4_nopad_bin" : "utf8mb4_0900_bin";
}

/** One statement: a server commits each by itself. */
function mysqlStatement(table: string, shape: TableShape, collate: string): string {
  const lines = [
    ...Object.entries(shape.columns).map(([name, kind]) => mysqlColumn(name, kind)),
    `primary key (${shape.primaryKey.join(", ")})`,
    ...mysqlKeys(table, shape).values(),
  ];
  const options = `engine = InnoDB, default character set utf8mb4 collate ${collate}`;
  return `create table if not exists ${table} (\n  ${lines.join(",\n  ")}\n) ${options}`;
}

function sqliteStatements(table: string, shape: TableShape): string[] {
  const lines = [
    ...Object.entries(shape.columns).map(([name, kind]) => sqliteColumn(name, kind)),
    `primary key (${shape.primaryKey.join(", ")})`,
  ];
  const index = (unique: string) => (columns: readonly string[]) =>
    `create ${unique} index if not exists ${indexName(table, columns)} on ${table} (${columns.join(", ")})`;
  return [
    `create table if not exists ${table} (\n  ${lines.join(",\n  ")}\n) strict`,
    ...(shape.unique ?? []).map(index("unique")),
    ...(shape.indexes ?? []).map(index("")),
  ];
}

/** The keys of a table as a server describes them, by their names; the primary key is not among them. */
export function mysqlKeys(table: string, { unique = [], indexes = [] }: TableShape): Map<string, string> {
  const described = (word: string) => (columns: readonly string[]) => {
    const name = indexName(table, columns);
    return [name, `${word} ${name} (${columns.join(", ")})`] as const;
  };
  return new Map([...unique.map(described("unique key")), ...indexes.map(described("key"))]);
}

function mysqlColumn(name: string, kind: Kind): string {
  return `${name} ${kind.mysql}${nullability(kind)}`;
}

function sqliteColumn(name: string, kind: Kind): string {
  const check = kind.check === undefined ? "" : ` check (${kind.check(name)})`;
  return `${name} ${kind.sqlite}${nullability(kind)}${check}`;
}

function nullability(kind: Kind): string {
  return kind.nullable === true ? " null" : " not null";
}
