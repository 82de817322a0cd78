import type { Connection, RowDataPacket } from "mysql2/promise";

/** How a table is filled: which of its rows are copied for which numbers. */
interface Copied {
  readonly table: string;
  /** True for a row whose copies belong to the sessions that are paid; undefined: every row. */
  readonly paid?: string;
  /** Of so many sessions, one has a row. */
  readonly every?: number;
}

/** In the order of a checkout. Three sessions of five are paid, the others have expired; ten share a customer. */
const TABLES: readonly Copied[] = [
  { table: "customer", every: 10 },
  { table: "checkout_session", paid: "status = 'complete'" },
  { table: "gateway_result" },
  { table: "payment_intent" },
  { table: "payment_method" },
  { table: "event", paid: "type <> 'checkout.session.expired'" },
  // Kept for a day only.
  { table: "idempotency_key", every: 300 },
];

/** So many sessions are copied by one statement, which is a transaction of some hundred megabytes at most. */
const CHUNK = 20_000;

/** Sessions of the copies lie so far apart, so that three million take more than a year. */
const APART_MS = 10_000;

/**
 * Copies the rows that the schema holds until there are `sessions` sessions more, oldest first, as if each
 * had been made in its time. `admin` is a connection to the schema.
 */
export async function copyRows(
  admin: Connection,
  sessions: number,
  progress: (done: number) => void,
): Promise<void> {
  // What is loaded need not survive a power cut; what is measured afterwards must.
  await admin.query("set global innodb_flush_log_at_trx_commit = 2");
  await admin.query("set unique_checks = 0");
  for (const { table } of TABLES) await keepOriginals(admin, table);
  for (let from = 1; from <= sessions; from += CHUNK) {
    const to = Math.min(from + CHUNK - 1, sessions);
    for (const copied of TABLES) await copyChunk(admin, copied, { from, to, of: sessions });
    progress(to);
  }
  for (const { table } of TABLES) await admin.query(`analyze table ${table}`);
  await admin.query("set unique_checks = 1");
  await admin.query("set global innodb_flush_log_at_trx_commit = 1");
}

/** What is copied is read from a table of its own: the one that grows would be read from its start each time. */
async function keepOriginals(admin: Connection, table: string): Promise<void> {
  await admin.query(`create temporary table original_${table} as select * from ${table}`);
}

interface Chunk {
  readonly from: number;
  readonly to: number;
  /** How many there will be at last: the time of the newest is about now. */
  readonly of: number;
}

async function copyChunk(admin: Connection, { table, paid, every = 1 }: Copied, chunk: Chunk): Promise<void> {
  const [columns] = await admin.query<RowDataPacket[]>(`show columns from ${table}`);
  const names = columns.map(({ Field }) => String(Field));
  const values = names.map((name) => copyOf(name, chunk.of));
  const belongs = paid === undefined ? "seq % 5 < 3" : `(seq % 5 < 3) = (${paid})`;
  const chosen = every === 1 ? belongs : `seq % ${every} = 0`;
  await admin.query(
    `insert into ${table} (${names.map((name) => `\`${name}\``).join(", ")})
     select ${values.join(", ")} from seq_${chunk.from}_to_${chunk.to}, original_${table} where ${chosen}`,
  );
}

/** A column of the copy with this number. One name of the original gives one name of the copy, in every table. */
function copyOf(name: string, of: number): string {
  const column = `\`${name}\``;
  if (/_(at|until|since)$/.test(name)) return `${column} - (${of} - seq) * ${APART_MS}`;
  if (name === "merchant_id") return column;
  if (name === "transaction_key" || name === "key_hash") return `md5(concat(${column}, seq))`;
  if (name === "id" || name.endsWith("_id"))
    return `if(${column} like 'cus%', ${CUSTOMER}, ${renamed(column)})`;
  return column;
}

/** The one whom a session shares with nine others. */
const CUSTOMER = "concat('cus_', lpad(ceil(seq / 10) * 10, 8, '0'))";

/** As long as every id, and older than those of today: they sort by their first eight digits, which are time. */
function renamed(column: string): string {
  const random = `left(md5(concat(${column}, seq)), 21)`;
  return `concat(substring_index(${column}, '_', 1), '_', lpad(seq, 8, '0'), ${random})`;
}
