import type { Connection, QueryError, RowDataPacket } from "mysql2";
import type { Connection as SessionConnection } from "mysql2/promise";

import { UnusableConnection } from "../engine/unusable-connection.js";

/**
 * What every session is set to, whatever the server's defaults are: all that decides how our SQL is read,
 * what it changes and how long it may wait. What only chooses plans or writes out dates is left alone. A
 * setting that a server does not have is left out.
 */
const SETTINGS: Readonly<Record<string, string | number | bigint>> = {
  character_set_client: "utf8mb4",
  character_set_results: "utf8mb4",
  collation_connection: "utf8mb4_bin",
  // Strict, or the server would cut a text that is too long and keep the rest.
  sql_mode: "STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION",
  old_mode: "",
  lc_messages: "en_US",
  time_zone: "+00:00",
  // What a statement alone does is committed, and a transaction begins only where it is told to.
  autocommit: 1,
  completion_type: "NO_CHAIN",
  // So that only a serialisable transaction has to say what it is. The second name is MariaDB's older one.
  transaction_isolation: "READ-COMMITTED",
  tx_isolation: "READ-COMMITTED",
  transaction_read_only: 0,
  tx_read_only: 0,
  // MariaDB 11.6 turns it on: a locking read then fails where it waits on every other server.
  innodb_snapshot_isolation: 0,
  // For a row, and for a table (`FLUSH TABLES WITH READ LOCK`). 2 s instead of 50, and of a year: the
  // transaction helper tries again, and whoever calls is answered within 10 s.
  innodb_lock_wait_timeout: 2,
  lock_wait_timeout: 2,
  // No row is left out, no write is refused for its condition, and no sort looks at the beginning of a text only.
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
  // The driver would follow what a server says of its settings.
  session_track_system_variables: "",
};

/** Makes the new connections to one server ours. */
export class SessionSetup {
  readonly #database: string;
  /** What the server has, once it was asked. */
  #present: ReadonlySet<string> | undefined;

  constructor(database: string) {
    this.#database = database;
  }

  /** Sets up the session of a new connection, and looks whether it is as it was told to be. */
  async run(connection: Connection): Promise<void> {
    try {
      await this.#setUp(connection.promise());
    } catch (error) {
      // Another version of the server, which may stand under this address by now, may have others.
      this.#present = undefined;
      if (error instanceof UnusableConnection) throw error;
      const { message } = error as QueryError;
      throw new UnusableConnection(`A database connection cannot be set up: ${message}`, error as QueryError);
    }
  }

  async #setUp(session: SessionConnection): Promise<void> {
    // Undoes what an `init_connect` of the server did: transactions, locks, temporary tables, a clock that
    // stands still.
    await session.reset();
    // In ASCII, and nothing that any mode reads in another way.
    await session.query(`set names utf8mb4 collate utf8mb4_bin`);
    await session.query(`set session ${TO_LOOK_WITH.map(assignment).join(", ")} ${NO_TIME_LIMIT}`);
    await session.query(`use \`${this.#database.replaceAll("`", "``")}\``);
    const present = (this.#present ??= await namesPresent(session));
    const settings = Object.entries(SETTINGS).filter(([name]) => present.has(name));
    await session.query(`set session ${settings.map(assignment).join(", ")}`);
    await check(session, present, settings);
  }
}

type Setting = readonly [name: string, value: string | number | bigint];

/** What a look at the server's settings needs: otherwise it could find none of them. */
const TO_LOOK_WITH: readonly Setting[] = Object.entries(SETTINGS).filter(([name]) =>
  /^sql_(mode|select_limit|big_selects)$/.test(name),
);

/** MariaDB reads the first comment, and MySQL the second. */
const NO_TIME_LIMIT = "/*M! , max_statement_time = 0 */ /*!80000 , max_execution_time = 0 */";

/** A server that writes its log by statements refuses the writes of READ COMMITTED. */
const LOG = ["log_bin", "binlog_format"];

async function namesPresent(session: SessionConnection): Promise<ReadonlySet<string>> {
  const names = [...Object.keys(SETTINGS), ...LOG].map(quoted).join(", ");
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

async function check(
  session: SessionConnection,
  present: ReadonlySet<string>,
  settings: readonly Setting[],
): Promise<void> {
  const columns = [...present].map((name) => `@@${name} as ${name}`);
  const [[row]] = await session.query<RowDataPacket[]>(`select ${columns.join(", ")}`);
  const found: Readonly<Record<string, unknown>> = row ?? {};
  const wrong = settings.find(([name, value]) => !isSame(found[name], value));
  if (wrong !== undefined) {
    const [name, value] = wrong;
    throw new UnusableConnection(
      `The database server keeps ${name} at "${String(found[name])}", and this service needs "${value}"`,
    );
  }
  if (Number(found["log_bin"]) === 1 && found["binlog_format"] === "STATEMENT") {
    throw new UnusableConnection(
      "The database server has binlog_format = STATEMENT, and so refuses the transactions of this service: ROW is needed, or MIXED",
    );
  }
}

/** A number may come as the text of one. */
function isSame(found: unknown, value: Setting[1]): boolean {
  return typeof value === "number" ? Number(found) === value : String(found) === String(value);
}
