import type { EntityManager, EntitySchema, ObjectLiteral } from "typeorm";

import { sqlExecutorOf, type Statement, type StoredRow } from "../engine/sql-executor.js";
import { type Table, tableOf } from "./table.js";

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
  const table = tableOf(schema);
  const read = (rows: readonly StoredRow[]): Row[] => rows.map((stored) => rowOf(table, stored) as Row);
  return { sql: `${table.select} ${condition}`, values, read };
}

/** Selects one row; undefined if there is none. */
export function rowWhere<Row extends ObjectLiteral>(
  schema: EntitySchema<Row>,
  condition: string,
  values: readonly unknown[],
): Select<Row | undefined> {
  const { read, ...statement } = rowsWhere(schema, condition, values);
  return { ...statement, read: (rows) => read(rows)[0] };
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

function rowOf({ columns }: Table, stored: StoredRow): ObjectLiteral {
  const row: ObjectLiteral = {};
  for (const { property, name, read } of columns) row[property] = read(stored[name]);
  return row;
}
