import type { EntityManager, EntitySchema, ObjectLiteral } from "typeorm";

import { columnsWhere, placeholdersFor, type Select, selectTogether } from "./select.js";
import { tableOf } from "./table.js";

/**
 * Asks for rows that are due, in live or test mode, by each test merchant's own clock; at most `limit`, and
 * none of the merchants in `except`.
 */
export interface DueRowsQuery {
  readonly livemode: boolean;
  /** By the service's clock, in milliseconds since the epoch. */
  readonly now: number;
  readonly limit: number;
  /** Ids of merchants to leave out. */
  readonly except: readonly string[];
}

/** A table whose rows are due at times. */
export interface DueTable<Row extends ObjectLiteral> {
  readonly schema: EntitySchema<Row>;
  readonly key: keyof Row & string;
  /** The column with the time at which a row is due. */
  readonly dueAt: string;
  /** What else makes a row due, in SQL over the table `t`. */
  readonly condition?: string;
  /** Whether a process leases what it works on, which is due to no other until then. */
  readonly isLeased?: boolean;
}

/**
 * The rows that are due, the longest due first: by real time, and then those of test merchants whose clock is ahead by
 * that clock. Each of the two searches has its own index, so what is not due is not read.
 */
export async function listDueRows<Row extends ObjectLiteral>(
  db: EntityManager,
  table: DueTable<Row>,
  question: DueRowsQuery,
): Promise<Row[]> {
  const byRealTime = dueBy("?", "", table, question);
  if (question.livemode) return (await selectTogether<[Row[]]>(db, byRealTime))[0];
  const byTestClock = dueBy("? + m.test_clock_ahead", AHEAD, table, question);
  const [rows, ofAhead] = await selectTogether<[Row[], Row[]]>(db, byRealTime, byTestClock);
  const found = new Set(rows.map((row) => row[table.key] as unknown));
  return [...rows, ...ofAhead.filter((row) => !found.has(row[table.key]))].slice(0, question.limit);
}

const AHEAD = "JOIN merchant m ON m.id = t.merchant_id AND m.test_clock_ahead > 0";

function dueBy<Row extends ObjectLiteral>(
  time: string,
  join: string,
  { schema, dueAt, condition, isLeased = false }: DueTable<Row>,
  { livemode, now, limit, except }: DueRowsQuery,
): Select<Row[]> {
  const { name, columns } = tableOf(schema);
  const conditions = [
    "t.livemode = ?",
    ...(condition === undefined ? [] : [condition]),
    ...(isLeased ? ["t.leased_until <= ?"] : []),
    `t.${dueAt} <= ${time}`,
    ...(except.length > 0 ? [`t.merchant_id NOT IN (${placeholdersFor(except)})`] : []),
  ];
  const select = `SELECT ${columns.map(({ column }) => `t.${column}`).join(", ")} FROM ${name} t`;
  return columnsWhere<Row>(
    { columns, select },
    `${join} WHERE ${conditions.join(" AND ")} ORDER BY t.${dueAt} LIMIT ${limit}`,
    [livemode ? 1 : 0, ...(isLeased ? [now] : []), now, ...except],
  );
}
