import type { Pool, PoolConnection, QueryError, ResultSetHeader } from "mysql2";
import { QueryFailedError } from "typeorm/error/QueryFailedError.js";

import type { Outcome, Statements, StoredRow } from "./statements.js";

/** Reads beside all transactions, each on whatever connection is free. */
export function mysqlReads(pool: Pool): Statements["run"] {
  return async (sql, values) => outcomeOf(await send(pool, sql, values));
}

/**
 * One transaction on a connection of its own. It begins with its first statement and in the same round trip, for a round trip
 * costs more than most statements; and what was deferred goes along with the next one.
 */
export class MysqlTransaction implements Statements {
  readonly #connection: PoolConnection;
  #begun = false;
  #waiting: Statement[];

  /** `opening` begins it. */
  constructor(connection: PoolConnection, opening: readonly string[]) {
    this.#connection = connection;
    this.#waiting = opening.map((sql) => ({ sql, values: [] }));
  }

  async run(sql: string, values: readonly unknown[]): Promise<Outcome> {
    return outcomeOf(await this.send(sql, values));
  }

  /** The same, answered as the driver does. */
  async send(sql: string, values: readonly unknown[]): Promise<unknown> {
    return await this.#sendWith({ sql, values });
  }

  defer(sql: string, values: readonly unknown[]): void {
    this.#waiting.push({ sql, values });
    this.#begun = true;
  }

  /** Sends what is still deferred along. A transaction that has done nothing needs no end. */
  async commit(): Promise<void> {
    if (this.#begun) await this.#sendWith({ sql: "COMMIT", values: [] });
  }

  async rollback(): Promise<void> {
    this.#waiting = [];
    if (this.#begun) await send(this.#connection, "ROLLBACK", []);
  }

  /** Several statements answer with a list of their answers; the last one's is asked for. */
  async #sendWith(last: Statement): Promise<unknown> {
    this.#begun = true;
    const statements = [...this.#waiting, last];
    this.#waiting = [];
    const sql = statements.map((statement) => statement.sql).join(";\n");
    const answer = await send(
      this.#connection,
      sql,
      statements.flatMap((statement) => statement.values),
    );
    return statements.length === 1 ? answer : (answer as unknown[]).at(-1);
  }
}

interface Statement {
  readonly sql: string;
  readonly values: readonly unknown[];
}

/** By callback: the promises of mysql2 take a stack trace for each statement. */
function send(connection: Pool | PoolConnection, sql: string, values: readonly unknown[]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    connection.query({ sql, values: [...values] }, (error: QueryError | null, answer: unknown) => {
      if (error === null) resolve(answer);
      else reject(new QueryFailedError(sql, [...values], error));
    });
  });
}

/** Rows are a list, and what a write did is an object. */
function outcomeOf(answer: unknown): Outcome {
  if (Array.isArray(answer)) return { rows: answer as StoredRow[], changes: 0 };
  return { rows: undefined, changes: (answer as ResultSetHeader).affectedRows };
}
