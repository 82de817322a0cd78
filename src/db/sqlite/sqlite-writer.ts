import { Mutex } from "async-mutex";
import type Libsql from "libsql";
import PromisedLibsql from "libsql/promise";

import { isBusy, onceFree } from "../engine/retry-busy.js";
import { DatabaseAway } from "../engine/database.js";
import { SqliteExecutor } from "./sqlite-executor.js";
import type { WriteResult } from "../engine/sql-executor.js";

/** The most callers that wait. A further one is refused at once, rather than after its client has left. */
const WAITING_MAX = 1_000;

/** One transaction on the writing connection. After `commit` or `rollback` it is of no further use. */
export interface SqliteTransaction {
  run(sql: string, values: readonly unknown[]): WriteResult;
  commit(): Promise<void>;
  rollback(): void;
}

/**
 * The connection for writes, which runs one transaction at a time: TypeORM would let all callers share one
 * transaction, and lose acknowledged writes of some.
 *
 * BEGIN, COMMIT and ROLLBACK go through `exec`, and nothing is prepared outside a transaction that holds the
 * write lock: a prepared statement of libsql that meets SQLITE_BUSY stays open, and from then on the
 * connection acknowledges writes without committing them.
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
   * Waits for its turn, then for other processes. Throws SQLITE_BUSY if another process holds the file for a
   * second, also for the callers queued behind it: one after the other, each would wait another second.
   */
  async begin(): Promise<SqliteTransaction> {
    const release = await this.#turnOfMine();
    try {
      // If a rollback failed, for a disk error, the next transaction would continue the old one.
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
        over = true; // Refuses a late statement: none runs during the COMMIT.
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
          // On errors such as a full disk, SQLite has already rolled back by itself.
          if (this.#connection.inTransaction) this.#connection.exec("rollback");
        } finally {
          release();
        }
      },
    };
  }

  /**
   * Outside a transaction a statement would commit by itself: work that SQLite has rolled back must not
   * continue.
   */
  #mustRun(over: boolean): void {
    if (over || !this.#connection.inTransaction) throw new Error("The transaction is over");
  }
}

/** The error that SQLite gives for a file that another process holds. */
function heldElsewhere(): Error {
  return Object.assign(new Error("Another process holds the embedded file"), { code: "SQLITE_BUSY" });
}

/**
 * Waits for the disk on libsql's own thread, while this one reads the next request. libsql's promise
 * interface uses connections of that kind throughout, but is slower: every statement would go to that thread
 * and back.
 */
function execElsewhere(connection: Libsql.Database, sql: string): Promise<void> {
  return PromisedLibsql.prototype.exec.call(connection, sql) as Promise<void>;
}
