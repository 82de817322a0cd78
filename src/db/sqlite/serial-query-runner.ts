import { QueryFailedError } from "typeorm/error/QueryFailedError.js";
import { QueryResult } from "typeorm/query-runner/QueryResult.js";
import type { BetterSqlite3Driver } from "typeorm/driver/better-sqlite3/BetterSqlite3Driver.js";
import { BetterSqlite3QueryRunner } from "typeorm/driver/better-sqlite3/BetterSqlite3QueryRunner.js";

import type { SqliteReader } from "./sqlite-reader.js";
import type { Statement, WriteResult } from "../engine/sql-executor.js";
import type { SqliteTransaction, SqliteWriter } from "./sqlite-writer.js";

/** One caller's access to the embedded file: a transaction of its own, or reads of committed data. */
export class SerialQueryRunner extends BetterSqlite3QueryRunner {
  readonly #writer: SqliteWriter;
  readonly #reader: SqliteReader;
  #transaction: SqliteTransaction | undefined;

  constructor(driver: BetterSqlite3Driver, writer: SqliteWriter, reader: SqliteReader) {
    super(driver);
    this.#writer = writer;
    this.#reader = reader;
  }

  /**
   * Takes no isolation level: transactions run one at a time and so are SERIALIZABLE, the only level of
   * SQLite.
   */
  override async startTransaction(): Promise<void> {
    if (this.#transaction !== undefined) throw new Error("A transaction inside a transaction");
    this.#transaction = await this.#writer.begin();
    this.isTransactionActive = true;
  }

  override async commitTransaction(): Promise<void> {
    await this.#running().commit();
    this.#ended();
  }

  override async rollbackTransaction(): Promise<void> {
    this.#running().rollback();
    this.#ended();
  }

  override async query(sql: string, values: unknown[] = [], structured = false): Answer {
    const outcome = await this.run(sql, values);
    return structured ? structuredResult(outcome) : (outcome.rows ?? outcome.changes);
  }

  /** Runs a statement without TypeORM's overhead. */
  async run(sql: string, values: readonly unknown[]): Promise<WriteResult> {
    if (this.#transaction !== undefined) return this.runAtOnce(sql, values);
    try {
      if (this.isReleased) throw new Error(RELEASED);
      return await this.#reader.read(sql, values);
    } catch (error) {
      throw failure(sql, values, writeRefused(error as Error));
    }
  }

  /** Runs several statements in their order. */
  async runEach(statements: readonly Statement[]): Promise<WriteResult[]> {
    const results: WriteResult[] = [];
    for (const { sql, values } of statements) results.push(await this.run(sql, values));
    return results;
  }

  /** Runs a statement inside its transaction, synchronously. */
  runAtOnce(sql: string, values: readonly unknown[]): WriteResult {
    try {
      if (this.isReleased) throw new Error(RELEASED);
      return this.#running().run(sql, values);
    } catch (error) {
      throw failure(sql, values, error as Error);
    }
  }

  override async release(): Promise<void> {
    if (this.#transaction !== undefined) await this.rollbackTransaction();
    this.isReleased = true;
    await super.release();
  }

  #running(): SqliteTransaction {
    if (this.#transaction === undefined) throw new Error("No transaction is running");
    return this.#transaction;
  }

  #ended(): void {
    this.#transaction = undefined;
    this.isTransactionActive = false;
  }
}

type Answer = ReturnType<BetterSqlite3QueryRunner["query"]>;

const RELEASED = "The query runner was released";

function failure(sql: string, values: readonly unknown[], error: Error): QueryFailedError {
  return new QueryFailedError(sql, [...values], error);
}

/** Explains SQLITE_READONLY: reads have their own connection, which refuses writes. */
function writeRefused(error: Error): Error {
  if (!("code" in error) || error.code !== "SQLITE_READONLY") return error;
  return new Error("A write outside inTransaction is refused", { cause: error });
}

function structuredResult({ rows, changes }: WriteResult): QueryResult {
  const result = new QueryResult();
  result.raw = rows;
  if (rows === undefined) result.affected = changes;
  else result.records = rows;
  return result;
}
