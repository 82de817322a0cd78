import type { PoolConnection } from "mysql2";
import type { QueryRunner } from "typeorm";
import { QueryResult } from "typeorm/query-runner/QueryResult.js";

import { discard, tooLate } from "./mysql/bounded-pool.js";
import { DatabaseAway } from "./engine/database.js";
import { isWorthAnotherRun } from "./engine/database-errors.js";
import { type Isolation, MysqlTransaction } from "./engine/mysql-executor.js";
import { SerialQueryRunner } from "./sqlite/serial-query-runner.js";
import {
  type WriteResult,
  provideSqlExecutor,
  type SqlExecutor,
  type Statement,
} from "./engine/sql-executor.js";

/** A transaction on a query runner. */
export interface OpenTransaction {
  commit(): Promise<void>;
  rollback(): Promise<void>;
  /**
   * Ends it when its time is up: pending statements fail, and the result of a COMMIT under way is unknown.
   */
  abandon(): void;
}

/** Opens a transaction: every later query on its manager, by TypeORM or by `sqlExecutorOf`, belongs to it. */
export function openTransaction(runner: QueryRunner, isolation: Isolation): Promise<OpenTransaction> {
  return runner instanceof SerialQueryRunner ? openSqlite(runner) : openMysql(runner, isolation);
}

async function openSqlite(runner: SerialQueryRunner): Promise<OpenTransaction> {
  await runner.startTransaction();
  const poison = new PoisonedTransaction();
  // The embedded engine has no round trips to save. An error is thrown by the next statement, as on a server.
  const runAtOnce = (sql: string, values: readonly unknown[]): void => {
    try {
      runner.runAtOnce(sql, values);
    } catch (error) {
      poison.fail(error);
    }
  };
  const statements = new PoisonableExecutor(poison, {
    run: (sql, values) => runner.run(sql, values),
    runTogether: (statements) => runner.runEach(statements),
    defer: runAtOnce,
  });
  provideSqlExecutor(runner.manager, statements);
  const query = runner.query.bind(runner) as (...call: unknown[]) => Promise<unknown>;
  runner.query = ((...call) => poison.attempt(() => query(...call))) as SerialQueryRunner["query"];
  return {
    commit: () => {
      poison.check();
      return runner.commitTransaction();
    },
    rollback: () => runner.rollbackTransaction(),
    abandon: () => poison.fail(new DatabaseAway("The transaction has taken too long")),
  };
}

async function openMysql(runner: QueryRunner, isolation: Isolation): Promise<OpenTransaction> {
  const connection = (await runner.connect()) as PoolConnection;
  const transaction = new MysqlTransaction(connection, isolation);
  const poison = new PoisonedTransaction();
  provideSqlExecutor(runner.manager, new PoisonableExecutor(poison, transaction));
  // TypeORM checks this before it locks rows.
  Object.assign(runner, { isTransactionActive: true });
  const query = async (sql: string, values: unknown[] = [], structured = false): Promise<unknown> => {
    const answer = await poison.attempt(() => transaction.send(sql, values));
    return structured ? structuredResult(answer) : answer;
  };
  runner.query = query as QueryRunner["query"];
  return {
    commit: () => {
      poison.check();
      return transaction.commit();
    },
    rollback: () => transaction.rollback(),
    abandon: () => discard(connection, tooLate("The transaction has taken too long")),
  };
}

function structuredResult(answer: unknown): QueryResult {
  const result = new QueryResult();
  result.raw = answer;
  if (Array.isArray(answer)) result.records = answer;
  else result.affected = (answer as { affectedRows: number }).affectedRows;
  return result;
}

/**
 * After a deadlock the server has rolled back, and later statements would commit one by one, even if the work
 * swallowed the error and went on. So the first such error is thrown by every later statement too, COMMIT
 * included.
 */
class PoisonedTransaction {
  #failed: { readonly error: unknown } | undefined;

  check(): void {
    if (this.#failed !== undefined) throw this.#failed.error;
  }

  fail(error: unknown): void {
    this.#failed ??= { error };
  }

  async attempt<T>(step: () => Promise<T>): Promise<T> {
    this.check();
    try {
      return await step();
    } catch (error) {
      if (isWorthAnotherRun(error)) this.fail(error);
      throw error;
    }
  }
}

/** Runs a transaction's statements until it is poisoned. */
class PoisonableExecutor implements SqlExecutor {
  readonly #poison: PoisonedTransaction;
  readonly #statements: SqlExecutor;

  constructor(poison: PoisonedTransaction, statements: SqlExecutor) {
    this.#poison = poison;
    this.#statements = statements;
  }

  run(sql: string, values: readonly unknown[]): Promise<WriteResult> {
    return this.#poison.attempt(() => this.#statements.run(sql, values));
  }

  runTogether(statements: readonly Statement[]): Promise<WriteResult[]> {
    return this.#poison.attempt(() => this.#statements.runTogether(statements));
  }

  defer(sql: string, values: readonly unknown[]): void {
    this.#poison.check();
    this.#statements.defer(sql, values);
  }
}
