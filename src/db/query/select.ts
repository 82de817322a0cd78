import type { EntityManager, EntitySchema, ObjectLiteral } from "typeorm";

import { sqlExecutorOf, type Statement, type StoredRow } from "../engine/sql-executor.js";
import { forUpdate, type Tx } from "../transaction.js";
import { type Columns, type TableColumn, tableOf } from "./table.js";

/** A SELECT that can be run together with others. */
export interface Select<Answer> extends Statement {
  /** Reads what it returns. */
  readonly read: (rows: readonly StoredRow[]) => Answer;
}

/**
 * Runs all of them in their order, on a server in one round trip. Behind one that waits for a lock the others see
 * what the lock's last owner has committed.
 */
export async function selectTogether<Answers extends readonly unknown[]>(
  db: EntityManager,
  ...selects: { readonly [K in keyof Answers]: Select<Answers[K]> }
): Promise<Answers> {
  const results = await sqlExecutorOf(db).runTogether(selects);
  return selects.map(({ read }, at) => read(results[at]?.rows ?? [])) as unknown as Answers;
}

/** Selects rows as `selectRows` does. */
export function rowsWhere<Row extends ObjectLiteral>(
  schema: EntitySchema<Row>,
  condition: string,
  values: readonly unknown[],
): Select<Row[]> {
  return columnsWhere<Row>(tableOf(schema), condition, values);
}

/** Selects some columns of rows, which `columnsOf` has named. */
export function columnsWhere<Part extends ObjectLiteral>(
  columns: Columns<Part>,
  condition: string,
  values: readonly unknown[],
): Select<Part[]> {
  const read = (rows: readonly StoredRow[]): Part[] => rows.map((stored) => rowOf(columns, stored) as Part);
  return { sql: `${columns.select} ${condition}`, values, read };
}

/** Selects one row; undefined if there is none. */
export function rowWhere<Row extends ObjectLiteral>(
  schema: EntitySchema<Row>,
  condition: string,
  values: readonly unknown[],
): Select<Row | undefined> {
  return firstOf(rowsWhere(schema, condition, values));
}

/** Selects the first of what a statement selects; undefined if there is none. */
export function firstOf<Row>({ sql, values, read }: Select<Row[]>): Select<Row | undefined> {
  return { sql, values, read: (rows) => read(rows)[0] };
}

/**
 * Reads rows. `condition` is SQL over column names, beginning with `WHERE`; each question mark in it stands
 * for a value.
 */
export async function selectRows<Row extends ObjectLiteral>(
  db: EntityManager,
  schema: EntitySchema<Row>,
  condition: string,
  values: readonly unknown[],
): Promise<Row[]> {
  const table = tableOf(schema);
  const { rows = [] } = await sqlExecutorOf(db).run(`${table.select} ${condition}`, values);
  return rows.map((stored) => rowOf(table, stored) as Row);
}

/** Reads one row; undefined if there is none. */
export async function selectRow<Row extends ObjectLiteral>(
  db: EntityManager,
  schema: EntitySchema<Row>,
  condition: string,
  values: readonly unknown[],
): Promise<Row | undefined> {
  return (await selectRows(db, schema, condition, values))[0];
}

/** Reads one row and locks it until the transaction ends. Throws if there is none. */
export async function lockRow<Row extends ObjectLiteral>(
  tx: Tx,
  schema: EntitySchema<Row>,
  condition: string,
  values: readonly unknown[],
): Promise<Row> {
  const row = await selectRow(tx, schema, `${condition}${forUpdate(tx)}`, values);
  if (row === undefined) throw new Error(`${tableOf(schema).name} has no such row to lock.`);
  return row;
}

/** Reads some columns of rows, which `columnsOf` has named. */
export async function selectColumns<Part extends ObjectLiteral>(
  db: EntityManager,
  columns: Columns<Part>,
  condition: string,
  values: readonly unknown[],
): Promise<Part[]> {
  const { sql, read } = columnsWhere(columns, condition, values);
  const { rows = [] } = await sqlExecutorOf(db).run(sql, values);
  return read(rows);
}

/** The question marks of an `IN` with these values, of which there must be one at least. */
export function placeholdersFor(values: readonly unknown[]): string {
  return values.map(() => "?").join(", ");
}

function rowOf({ columns }: { readonly columns: readonly TableColumn[] }, stored: StoredRow): ObjectLiteral {
  const row: ObjectLiteral = {};
  for (const { property, name, read } of columns) row[property] = read(stored[name]);
  return row;
}
