import { Mutex } from "async-mutex";
import type Libsql from "libsql";
import PromisedLibsql from "libsql/promise";

import { isBusy, onceFree } from "../engine/retry-busy.js";
import { DatabaseAway } from "../engine/database.js";
import { SqliteExecutor } from "./sqlite-executor.js";
import type { WriteResult } from "../engine/sql-executor.js";

/** Beyond so many callers that wait the newest is refused at once, rather than after its caller left. */
const WAITING_MAX = 1_000;

/** One transaction on the writing connection. It ends by `commit` or `rollback`, and is of no use afterwards. */
export interface SqliteTransaction {
  run(sql: string, values: readonly unknown[]): WriteResult;
  commit(): Promise<void>;
  rollback(): void;
}

/**
 * The connection for writes, one transaction after the other: TypeORM would let all callers share one
 * transaction, and lose what was acknowledged to some of them.
 *
 * BEGIN, COMMIT and ROLLBACK go through `exec`, and nothing is prepared outside a transaction that holds the
 * write lock: a prepared statement of libsql that meets SQLITE_BUSY stays open, and the connection
 * acknowledges writes from then on without committing them.
 */
export class SqliteWriter {
  readonly #connection: Libsql.Database;
  readonly #statements: SqliteExecutor;
  readonly #turn = new Mutex(heldElsewhere());
  #waiting = 0;

  constructor(connection: Libsql.Database) {
    this.#connection = connection;
    this.#statements = new SqliteExecutor(connection);
  }

  /**
   * Waits for its turn, then for other processes. SQLITE_BUSY if these do not let go for a second, also for
   * those that wait behind it: one after the other they would wait as many seconds as they are.
   */
  async begin(): Promise<SqliteTransaction> {
    const release = await this.#turnOfMine();
    try {
      // What could not be rolled back, by an error of the disk, would be gone on with.
      if (this.#connection.inTransaction) this.#connection.exec("rollback");
      await onceFree(() => this.#connection.exec("begin immediate"));
    } catch (error) {
      if (isBusy(error)) this.#turn.cancel();
      release();
      throw error;
    }
    return this.#transaction(release);
  }

  async #turnOfMine(): Promise<() => void> {
    if (this.#waiting >= WAITING_MAX) throw new DatabaseAway("Too many wait for their turn to write");
    this.#waiting++;
    try {
      return await this.#turn.acquire();
    } finally {
      this.#waiting--;
    }
  }

  #transaction(release: () => void): SqliteTransaction {
    let over = false;
    return {
      run: (sql, values) => {
        this.#mustRun(over);
        return this.#statements.run(sql, values);
      },
      commit: async () => {
        this.#mustRun(over);
        over = true; // For whoever is late: nothing runs beside the COMMIT.
        try {
          await execElsewhere(this.#connection, "commit");
        } catch (error) {
          over = false;
          throw error;
        }
        release();
      },
      rollback: () => {
        if (over) return;
        over = true;
        try {
          // After a full disk and the like SQLite has rolled back by itself.
          if (this.#connection.inTransaction) this.#connection.exec("rollback");
        } finally {
          release();
        }
      },
    };
  }

  /** Outside a transaction a statement would be committed by itself: what SQLite has rolled back must not go on. */
  #mustRun(over: boolean): void {
    if (over || !this.#connection.inTransaction) throw new Error("The transaction is over");
  }
}

/** As SQLite says it of the file that another process holds. */
function heldElsewhere(): Error {
  return Object.assign(new Error("Another process holds the embedded file"), { code: "SQLITE_BUSY" });
}

/**
 * Waits for the disk on a thread of libsql's, while this one reads what comes next. Its interface of promises
 * has the same connections as the other one; all of it would be slower: each statement would go to that
 * thread and back.
 */
function execElsewhere(connection: Libsql.Database, sql: string): Promise<void> {
  return PromisedLibsql.prototype.exec.call(connection, sql) as Promise<void>;
}
