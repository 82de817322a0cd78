import type { Connection, RowDataPacket } from "mysql2/promise";

/** How a table is filled: which of its rows are copied for which numbers. */
interface Copied {
  readonly table: string;
  /** True for a row whose copies belong to the sessions that are paid; undefined: every row. */
  readonly paid?: string;
  /** Of so many sessions, one has a row. */
  readonly every?: number;
  /** Only the newest so many sessions have rows. */
  readonly newest?: number;
}

/** Sessions of the copies lie so far apart, so that three million take more than a year. */
const APART_MS = 10_000;

/** Events are swept after thirty days: older ones would be deleted while the calls are measured. */
const EVENTS_KEPT_MS = 29 * 24 * 60 * 60 * 1000;

/** In the order of a checkout. Three sessions of five are paid, the others have expired; ten share a customer. */
const TABLES: readonly Copied[] = [
  { table: "customer", every: 10 },
  { table: "checkout_session", paid: "status = 'complete'" },
  { table: "gateway_result" },
  { table: "payment_intent" },
  { table: "payment_method" },
  { table: "event", paid: "type <> 'checkout.session.expired'", newest: EVENTS_KEPT_MS / APART_MS },
  // Kept for a day only.
  { table: "idempotency_key", every: 300 },
];

/** So many sessions are copied by one statement, which is a transaction of some hundred megabytes at most. */
const CHUNK = 20_000;

/** More than the originals have events, which each copy's sequence starts from. */
const EVENTS_EACH = 100;

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
  await makeNumbers(admin);
  for (let from = 1; from <= sessions; from += CHUNK) {
    const to = Math.min(from + CHUNK - 1, sessions);
    for (const copied of TABLES) await copyChunk(admin, copied, { from, to, of: sessions });
    progress(to);
  }
  await admin.query("update event_sequence set last = last + ?", [(sessions + 1) * EVENTS_EACH]);
  for (const { table } of TABLES) await admin.query(`analyze table ${table}`);
  await admin.query("set unique_checks = 1");
  await admin.query("set global innodb_flush_log_at_trx_commit = 1");
}

/** What is copied is read from a table of its own: the one that grows would be read from its start each time. */
async function keepOriginals(admin: Connection, table: string): Promise<void> {
  await admin.query(`create temporary table original_${table} as select * from ${table}`);
}

/** What MariaDB has as `seq_1_to_20000`, and MySQL has not. */
async function makeNumbers(admin: Connection): Promise<void> {
  await admin.query("create temporary table numbers (n int primary key)");
  const numbers = Array.from({ length: CHUNK }, (_, index) => [index + 1]);
  await admin.query("insert into numbers (n) values ?", [numbers]);
}

interface Chunk {
  readonly from: number;
  readonly to: number;
  /** How many there will be at last: the time of the newest is about now. */
  readonly of: number;
}

async function copyChunk(admin: Connection, copied: Copied, { from, to, of }: Chunk): Promise<void> {
  const { table, paid, every = 1, newest = of } = copied;
  const [columns] = await admin.query<RowDataPacket[]>(`show columns from ${table}`);
  const names = columns.map(({ Field }) => String(Field));
  const values = names.map((name) => copyOf(name, of));
  const belongs = paid === undefined ? "seq % 5 < 3" : `(seq % 5 < 3) = (${paid})`;
  const chosen = every === 1 ? belongs : `seq % ${every} = 0`;
  await admin.query(
    `insert into ${table} (${names.map((name) => `\`${name}\``).join(", ")})
     select ${values.join(", ")} from (select n + ? as seq from numbers where n <= ?) as chunk, original_${table}
     where ${chosen} and seq > ?`,
    [from - 1, to - from + 1, of - newest],
  );
}

/** A column of the copy with this number. One name of the original gives one name of the copy, in every table. */
function copyOf(name: string, of: number): string {
  const column = `\`${name}\``;
  if (/_(at|until|since)$/.test(name)) return `${column} - (${of} - seq) * ${APART_MS}`;
  if (name === "merchant_id") return column;
  if (name === "sequence") return `${column} + seq * ${EVENTS_EACH}`;
  if (name === "transaction_key" || name === "key_hash") return `left(sha2(concat(${column}, seq), 256), 32)`;
  if (name === "id" || name.endsWith("_id"))
    return `if(${column} like 'cus%', ${CUSTOMER}, ${renamed(column)})`;
  return column;
}

/** The one whom a session shares with nine others. */
const CUSTOMER = "concat('cus_', lpad(ceil(seq / 10) * 10, 8, '0'))";

/** As long as every id, and older than those of today: they sort by their first eight digits, which are time. */
function renamed(column: string): string {
  const random = `left(sha2(concat(${column}, seq), 256), 21)`;
  return `concat(substring_index(${column}, '_', 1), '_', lpad(seq, 8, '0'), ${random})`;
}
