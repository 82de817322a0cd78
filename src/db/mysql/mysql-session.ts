import type { Connection, QueryError, RowDataPacket } from "mysql2";
import type { Connection as SessionConnection } from "mysql2/promise";

import { UnusableConnection } from "../engine/unusable-connection.js";

/**
 * The settings of every session, whatever the server's defaults are: all that decide how SQL is read, what it
 * changes and how long it may wait. Settings that only choose plans or format dates are left alone. A setting
 * that a server does not have is skipped.
 */
const SETTINGS: Readonly<Record<string, string | number | bigint>> = {
  character_set_client: "utf8mb4",
  character_set_results: "utf8mb4",
  collation_connection: "utf8mb4_bin",
  // Strict, or the server would truncate a text that is too long and store the rest.
  sql_mode: "STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION",
  old_mode: "",
  lc_messages: "en_US",
  time_zone: "+00:00",
  // A single statement commits by itself, and a transaction begins only with BEGIN.
  autocommit: 1,
  completion_type: "NO_CHAIN",
  // So only a SERIALIZABLE transaction has to set its level. The second name is MariaDB's older one.
  transaction_isolation: "READ-COMMITTED",
  tx_isolation: "READ-COMMITTED",
  transaction_read_only: 0,
  tx_read_only: 0,
  // MariaDB 11.6 turns it on: a locking read then fails where every other server makes it wait.
  innodb_snapshot_isolation: 0,
  // For a row, and for a table (`FLUSH TABLES WITH READ LOCK`). 2 s, instead of the defaults of 50 s and a
  // year: `inTransaction` tries again, and every API call is answered within 10 s.
  innodb_lock_wait_timeout: 2,
  lock_wait_timeout: 2,
  // No row is left out, no write is refused for its condition, and no sort compares only the beginning of a
  // text.
  sql_select_limit: 18_446_744_073_709_551_615n,
  sql_big_selects: 1,
  sql_safe_updates: 0,
  sql_auto_is_null: 0,
  max_sort_length: 1024,
  max_execution_time: 0,
  max_statement_time: 0,
  unique_checks: 1,
  foreign_key_checks: 1,
  check_constraint_checks: 1,
  default_storage_engine: "InnoDB",
  sql_if_exists: 0,
  alter_algorithm: "DEFAULT",
  // The driver would follow settings that a server announces.
  session_track_system_variables: "",
};

/** Sets up new connections to one server. */
export class SessionSetup {
  readonly #database: string;
  /** The settings that the server has; undefined until it was asked. */
  #present: ReadonlySet<string> | undefined;

  constructor(database: string) {
    this.#database = database;
  }

  /** Sets up the session of a new connection, and checks that every setting took effect. */
  async run(connection: Connection): Promise<void> {
    try {
      await this.#setUp(connection.promise());
    } catch (error) {
      // The server under this address may have been replaced by another version, with other settings.
      this.#present = undefined;
      if (error instanceof UnusableConnection) throw error;
      const { message } = error as QueryError;
      throw new UnusableConnection(`A database connection cannot be set up: ${message}`, error as QueryError);
    }
  }

  async #setUp(session: SessionConnection): Promise<void> {
    // Undoes what an `init_connect` of the server did: transactions, locks, temporary tables, a stopped
    // clock.
    await session.reset();
    await prepare(session, this.#database);
    const present = (this.#present ??= await namesPresent(session));
    const settings = Object.entries(SETTINGS).filter(([name]) => present.has(name));
    await set(session, present, settings);
  }
}

type Setting = readonly [name: string, value: string | number | bigint];

/** The settings that the check itself depends on: without them it could miss the others. */
const TO_LOOK_WITH: readonly Setting[] = Object.entries(SETTINGS).filter(([name]) =>
  /^sql_(mode|select_limit|big_selects)$/.test(name),
);

/** MariaDB runs the first comment, MySQL the second. */
const NO_TIME_LIMIT = "/*M! , max_statement_time = 0 */ /*!80000 , max_execution_time = 0 */";

/** What a server must not be set to; see `checkServer`. */
const OF_THE_SERVER = ["log_bin", "binlog_format", "group_replication_single_primary_mode"];

/**
 * Makes sure of what the check depends on, and uses the service's database, in one round trip. In ASCII, and in words
 * that every SQL mode reads alike.
 */
async function prepare(session: SessionConnection, database: string): Promise<void> {
  const use = `use \`${database.replaceAll("`", "``")}\``;
  try {
    await session.query(
      [
        "set names utf8mb4 collate utf8mb4_bin",
        `set session ${TO_LOOK_WITH.map(assignment).join(", ")} ${NO_TIME_LIMIT}`,
        // An `init_connect` may have stopped the clock, and a server with `sysdate_is_now` reads every time from it.
        "set session timestamp = default",
        use,
      ].join("; "),
    );
  } catch (error) {
    // A server with `secure_timestamp` lets no session set its clock, and so none is stopped.
    if ((error as QueryError).code !== "ER_OPTION_PREVENTS_STATEMENT") throw error;
    await session.query(use);
  }
}

async function namesPresent(session: SessionConnection): Promise<ReadonlySet<string>> {
  const names = [...Object.keys(SETTINGS), ...OF_THE_SERVER].map(quoted).join(", ");
  const [rows] = await session.query<RowDataPacket[]>(
    `show session variables where variable_name in (${names})`,
  );
  return new Set(rows.map(({ Variable_name: name }) => String(name)));
}

function assignment([name, value]: Setting): string {
  return `${name} = ${typeof value === "string" ? quoted(value) : value}`;
}

function quoted(word: string): string {
  return `'${word}'`;
}

/** Throws an UnusableConnection where a setting did not take effect. */
async function set(
  session: SessionConnection,
  present: ReadonlySet<string>,
  settings: readonly Setting[],
): Promise<void> {
  const columns = [...present].map((name) => `@@${name} as ${name}`);
  const [[, [row] = []]] = await session.query<RowDataPacket[][]>(
    `set session ${settings.map(assignment).join(", ")}; select ${columns.join(", ")}`,
  );
  const found: Readonly<Record<string, unknown>> = row ?? {};
  const wrong = settings.find(([name, value]) => !isSame(found[name], value));
  if (wrong !== undefined) {
    const [name, value] = wrong;
    throw new UnusableConnection(
      `The database server keeps ${name} at "${String(found[name])}", and this service needs "${value}"`,
    );
  }
  checkServer(found);
}

/**
 * Refuses a server on which sessions would be sold that cannot be paid. One with a statement-based binary log refuses
 * the writes of READ COMMITTED. Of a group with several primaries each keeps its locks to itself, and refuses
 * SERIALIZABLE.
 */
function checkServer(found: Readonly<Record<string, unknown>>): void {
  if (Number(found["log_bin"]) === 1 && found["binlog_format"] === "STATEMENT") {
    throw new UnusableConnection(
      "The database server has binlog_format = STATEMENT, and so refuses the transactions of this service: ROW is needed, or MIXED",
    );
  }
  if (Number(found["group_replication_single_primary_mode"] ?? 1) === 0) {
    throw new UnusableConnection(
      "The database server belongs to a group with several primaries, and so refuses the transactions of this service: " +
        "group_replication_single_primary_mode = ON is needed",
    );
  }
}

/** The server may return a number as text. */
function isSame(found: unknown, value: Setting[1]): boolean {
  return typeof value === "number" ? Number(found) === value : String(found) === String(value);
}
