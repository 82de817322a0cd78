import type { EntityManager, EntitySchema, ObjectLiteral } from "typeorm";

import { sqlExecutorOf } from "../engine/sql-executor.js";
import { type Table, tableOf } from "./table.js";

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

function rowOf({ columns }: Table, stored: Readonly<Record<string, unknown>>): ObjectLiteral {
  const row: ObjectLiteral = {};
  for (const { property, name, read } of columns) row[property] = read(stored[name]);
  return row;
}
