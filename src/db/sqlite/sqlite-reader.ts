import type Libsql from "libsql";

import { onceFree } from "../engine/retry-busy.js";
import { DatabaseClosed } from "../engine/database.js";
import { SqliteExecutor } from "./sqlite-executor.js";
import type { WriteResult } from "../engine/sql-executor.js";

/**
 * The connection for reads outside transactions: in WAL mode they see committed data and never wait for a
 * writer. A write on it fails with SQLITE_READONLY.
 */
export class SqliteReader {
  readonly #connection: Libsql.Database;
  readonly #statements: SqliteExecutor;

  constructor(connection: Libsql.Database) {
    this.#connection = connection;
    this.#statements = new SqliteExecutor(connection);
    connection.exec("pragma query_only = on");
  }

  read(sql: string, values: readonly unknown[]): Promise<WriteResult> {
    return onceFree(() => this.#readNow(sql, values));
  }

  close(): void {
    this.#connection.close();
  }

  /**
   * `exec` takes the read lock before anything is prepared: a prepared statement of libsql that meets
   * SQLITE_BUSY stays open, and this connection would read an old snapshot from then on.
   */
  #readNow(sql: string, values: readonly unknown[]): WriteResult {
    if (!this.#connection.open) throw new DatabaseClosed(); // libsql would end the process below.
    try {
      this.#connection.exec("begin; select 1 from sqlite_master limit 1");
      return this.#statements.run(sql, values);
    } finally {
      if (this.#connection.inTransaction) this.#connection.exec("rollback"); // Nothing was written.
    }
  }
}
