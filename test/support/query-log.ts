import type { Connection, RowDataPacket } from "mysql2/promise";

/** What a server is asked for one schema from now on, until `statements` is called. */
export interface QueryLog {
  /** Every statement once, whatever its values. */
  statements(): Promise<string[]>;
}

/**
 * Has the server write down its statements. `admin` is a connection to the schema; other schemas of the
 * server go on beside it, so statements are told apart by the connection that they came on.
 */
export async function logQueries(admin: Connection): Promise<QueryLog> {
  await admin.query("set global log_output = 'TABLE'");
  await admin.query("set global general_log = on");
  return {
    async statements() {
      const [rows] = await admin.query<RowDataPacket[]>(
        `select distinct convert(argument using utf8mb4) as text from mysql.general_log
         where command_type = 'Query' and thread_id in (
           select thread_id from mysql.general_log
           where command_type = 'Connect' and argument like concat('%on ', database(), ' %'))`,
      );
      await admin.query("set global general_log = off");
      const byShape = new Map(rows.map(({ text }) => [shapeOf(String(text)), String(text)]));
      return [...byShape.values()];
    },
  };
}

/** A statement without its values. */
function shapeOf(statement: string): string {
  return statement
    .replaceAll(/'(?:[^'\\]|\\.|'')*'/g, "?")
    .replaceAll(/\b\d+\b/g, "?")
    .replaceAll(/\?(?:, ?\?)+/g, "?");
}

/** Copies the first rows of each table so often that a plan which reads all of it shows. */
export async function fillTables(admin: Connection, copies: number): Promise<void> {
  const [tables] = await admin.query<RowDataPacket[]>("show tables");
  for (const row of tables) await fill(admin, String(Object.values(row)[0]), copies);
}

async function fill(admin: Connection, table: string, copies: number): Promise<void> {
  const [columns] = await admin.query<RowDataPacket[]>(
    `select c.column_name as name, c.data_type as type, max(s.non_unique = 0) as isUnique
     from information_schema.columns c left join information_schema.statistics s
       on s.table_schema = c.table_schema and s.table_name = c.table_name and s.column_name = c.column_name
     where c.table_schema = database() and c.table_name = ? group by 1, 2, c.ordinal_position order by c.ordinal_position`,
    [table],
  );
  const names = columns.map(({ name }) => `\`${String(name)}\``);
  const values = columns.map(({ name, type, isUnique }) =>
    copyOf(String(name), String(type), isUnique === 1),
  );
  // A merchant's rows stay that merchant's: one with many rows is the case that must not get slow.
  await admin.query(
    `insert ignore into ${table} (${names.join(", ")})
     with recursive numbers (seq) as (select 1 union all select seq + 1 from numbers where seq < ?)
     select ${values.join(", ")} from (select * from ${table} limit 8) as some_rows, numbers`,
    [copies],
  );
  await admin.query(`analyze table ${table}`);
}

function copyOf(name: string, type: string, isUnique: boolean): string {
  const column = `\`${name}\``;
  if (name.endsWith("_at") || name.endsWith("_until")) return `${column} + seq`;
  // Half is this merchant's, and much of that this customer's; whatever else has an id belongs to few.
  if (name === "merchant_id") return `if(seq % 2 = 0, ${column}, concat('mer_', seq % 50))`;
  if (name === "customer_id") return column;
  if (type === "varchar" && /(^|_)(id|key|hash|reference)$/.test(name))
    return `concat(left(${column}, 40), '_', seq)`;
  return type === "bigint" && isUnique ? `${column} + seq` : column;
}

/** What a server would do for a statement, as far as it should not: undefined where the plan is good. */
export async function badPlanOf(admin: Connection, statement: string): Promise<string | undefined> {
  const [steps] = await admin.query<RowDataPacket[]>(`explain ${statement}`);
  const bad = steps.find(
    ({ type, Extra }) => type === "ALL" || type === "index" || /filesort|temporary/.test(String(Extra)),
  );
  if (bad !== undefined)
    return `${bad["type"]} of ${bad["table"]}, ${bad["rows"]} rows, ${bad["Extra"]}: ${statement}`;
  const wasted =
    /^\s*select\b/i.test(statement) && !ON_TEST_CLOCKS.test(statement)
      ? await rowsWasted(admin, statement)
      : 0;
  return wasted > WASTED_MAX ? `${wasted} rows walked over for nothing: ${statement}` : undefined;
}

/**
 * Looks through what the merchants whose test clock is ahead have open: each has a time of its own, which no range of
 * an index can hold. It is test mode's alone, and ends by itself.
 */
const ON_TEST_CLOCKS = /\btest_clock_ahead`? > 0/;

/** Far fewer than a merchant has. */
const WASTED_MAX = 60;

/**
 * Rows that a server steps over beyond those it answers with: an index may be the right one, and be walked
 * from its wrong end.
 */
async function rowsWasted(admin: Connection, query: string): Promise<number> {
  await admin.query("flush status");
  const [rows] = await admin.query<RowDataPacket[]>(query);
  const [counts] = await admin.query<RowDataPacket[]>("show session status like 'Handler_read%'");
  const steps = counts.filter(({ Variable_name: name }) => /_(next|prev)$/.test(String(name)));
  return steps.reduce((sum, { Value }) => sum + Number(Value), -rows.length);
}
