import type { Pool, PoolConnection, QueryError, ResultSetHeader } from "mysql2";
import { QueryFailedError } from "typeorm/error/QueryFailedError.js";

import { settleWithin } from "../../lib/settle-within.js";
import { isConnectionLost } from "./database-errors.js";
import type { WriteResult, SqlExecutor, Statement, StoredRow } from "./sql-executor.js";

/**
 * Runs reads outside any transaction, each on a free connection. If the connection is lost, the read runs
 * once more on a new one, since others opened at that time may be lost too. Both tries together end within
 * the time limit.
 */
export function mysqlReads(pool: Pool): Pick<SqlExecutor, "run" | "runTogether"> {
  return {
    run: (sql, values) =>
      onAnyConnection(pool, async (connection) => resultOf(await send(connection, sql, values))),
    runTogether: (statements) =>
      onAnyConnection(pool, async (connection) => {
        const answers = await sendTogether(connection, [], statements);
        return answers.map(resultOf);
      }),
  };
}

async function onAnyConnection<T>(pool: Pool, read: Read<T>): Promise<T> {
  const began = performance.now();
  try {
    return await readOnce(pool, read);
  } catch (error) {
    if (!isConnectionLost(error)) throw error;
    const leftMs = OVER_WITHIN_MS - (performance.now() - began);
    const answer = leftMs > 0 ? await settleWithin(leftMs, readOnce(pool, read)) : undefined;
    if (answer === undefined) throw error;
    return answer;
  }
}

type Read<T> = (connection: PoolConnection) => Promise<T>;

/** Every API call is answered within 10 s. */
const OVER_WITHIN_MS = 9_000;

async function readOnce<T>(pool: Pool, read: Read<T>): Promise<T> {
  const connection = await connectionOf(pool);
  try {
    return await read(connection);
  } finally {
    connection.release();
  }
}

/** SERIALIZABLE for transactions that move money. SQLite always runs at SERIALIZABLE. */
export type Isolation = "SERIALIZABLE" | "READ COMMITTED";

/** Every connection starts at READ COMMITTED, see mysql.ts. */
const OPENINGS: Record<Isolation, string> = {
  SERIALIZABLE: "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE;\nSTART TRANSACTION",
  "READ COMMITTED": "START TRANSACTION",
};

/**
 * One transaction on a connection of its own. BEGIN is sent with its first statement, since a round trip
 * costs more than most statements; deferred statements are sent with the next one.
 */
export class MysqlTransaction implements SqlExecutor {
  readonly #connection: PoolConnection;
  readonly #isolation: Isolation;
  /** True once BEGIN was sent. */
  #begun = false;
  /**
   * True once it has ended: a later statement would commit by itself, or join the connection's next
   * transaction.
   */
  #over = false;
  #waiting: Statement[] = [];

  constructor(connection: PoolConnection, isolation: Isolation) {
    this.#connection = connection;
    this.#isolation = isolation;
  }

  async run(sql: string, values: readonly unknown[]): Promise<WriteResult> {
    return resultOf(await this.send(sql, values));
  }

  async runTogether(statements: readonly Statement[]): Promise<WriteResult[]> {
    this.#mustRun();
    const answers = await this.#sendBehindOthers(statements);
    return answers.map(resultOf);
  }

  /** Runs a statement and returns the driver's own result. */
  send(sql: string, values: readonly unknown[]): Promise<unknown> {
    this.#mustRun();
    return this.#send({ sql, values });
  }

  defer(sql: string, values: readonly unknown[]): void {
    this.#mustRun();
    this.#waiting.push({ sql, values });
  }

  /**
   * Commits, with the statements that are still deferred. A transaction without statements sends nothing, and
   * a single statement is sent without BEGIN and COMMIT: the server commits it by itself.
   */
  async commit(): Promise<void> {
    this.#mustRun();
    this.#over = true;
    const [only, second] = this.#waiting;
    if (!this.#begun && only === undefined) return;
    const alone = !this.#begun && second === undefined && this.#isolation === "READ COMMITTED";
    if (alone && only !== undefined) await send(this.#connection, only.sql, only.values);
    else await this.#send({ sql: "COMMIT", values: [] });
  }

  async rollback(): Promise<void> {
    this.#over = true;
    this.#waiting = [];
    if (this.#begun) await send(this.#connection, "ROLLBACK", []);
  }

  #mustRun(): void {
    if (this.#over) throw new Error("The transaction is over");
  }

  #send(statement: Statement): Promise<unknown> {
    const isAlone = this.#begun && this.#waiting.length === 0;
    return isAlone
      ? send(this.#connection, statement.sql, statement.values)
      : this.#sendBehindOthers([statement]).then(([result]) => result);
  }

  /** Sends what is deferred first, and the transaction's beginning before that. Returns these statements' results. */
  async #sendBehindOthers(statements: readonly Statement[]): Promise<unknown[]> {
    const before = this.#waiting;
    this.#waiting = [];
    if (!this.#begun) before.unshift({ sql: OPENINGS[this.#isolation], values: [] });
    this.#begun = true;
    return await sendTogether(this.#connection, before, statements);
  }
}

function connectionOf(pool: Pool): Promise<PoolConnection> {
  return new Promise((resolve, reject) => {
    pool.getConnection((error, connection) => (error === null ? resolve(connection) : reject(error)));
  });
}

/** With a callback: mysql2's promises capture a stack trace for each statement. */
function send(connection: PoolConnection, sql: string, values: readonly unknown[]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    connection.query(sql, [...values], (error: QueryError | null, answer: unknown) => {
      if (error === null) resolve(answer);
      else reject(new QueryFailedError(sql, [...values], error));
    });
  });
}

/** Sends all of them in one packet, and returns the driver's results of `statements`. */
async function sendTogether(
  connection: PoolConnection,
  before: readonly Statement[],
  statements: readonly Statement[],
): Promise<unknown[]> {
  let text = "";
  const all: unknown[] = [];
  for (const { sql, values } of [...before, ...statements]) {
    text += text === "" ? sql : `;\n${sql}`;
    all.push(...values);
  }
  const answer = await send(connection, text, all);
  // For one statement alone the driver returns no array of results.
  return before.length + statements.length === 1 ? [answer] : (answer as unknown[]).slice(-statements.length);
}

/** The driver returns an array for rows, and an object for a write. */
function resultOf(answer: unknown): WriteResult {
  if (Array.isArray(answer)) return { rows: answer as StoredRow[], changes: 0 };
  return { rows: undefined, changes: (answer as ResultSetHeader).affectedRows };
}
