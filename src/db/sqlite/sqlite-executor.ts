import type Libsql from "libsql";

import { createCache } from "../../lib/cache.js";
import type { WriteResult, StoredRow } from "../engine/sql-executor.js";

/**
 * Enough for every statement of the service; lists of varying length would add statements without end. libsql
 * finalizes a dropped one when it is garbage collected: it has no call for that.
 */
const KEPT_MAX = 200;

/** The prepared statements of one connection. */
export class SqliteExecutor {
  readonly #connection: Libsql.Database;
  readonly #kept = createCache<string, Prepared>({ max: KEPT_MAX });

  constructor(connection: Libsql.Database) {
    this.#connection = connection;
  }

  run(sql: string, values: readonly unknown[]): WriteResult {
    const { statement, answersRows } = this.#prepared(sql);
    // The values are passed as one array: libsql ends the process on a lone Buffer, and refuses a lone null.
    const bound = [values.map(bindable)];
    if (answersRows) return { rows: statement.all(...bound) as StoredRow[], changes: 0 };
    return { rows: undefined, changes: statement.run(...bound).changes };
  }

  #prepared(sql: string): Prepared {
    const kept = this.#kept.get(sql);
    if (kept !== undefined) return kept;
    const statement = this.#connection.prepare(sql);
    const prepared = { statement, answersRows: statement.reader };
    this.#kept.set(sql, prepared);
    return prepared;
  }
}

interface Prepared {
  readonly statement: Libsql.Statement;
  readonly answersRows: boolean;
}

/**
 * Passes only values that libsql stores as they are. A boolean would end the process; undefined and NaN would
 * become null.
 */
function bindable(value: unknown): unknown {
  if (typeof value === "boolean") return value ? 1 : 0;
  const fits =
    value === null ||
    typeof value === "string" ||
    typeof value === "bigint" ||
    (typeof value === "number" && Number.isFinite(value)) ||
    value instanceof Uint8Array;
  if (!fits) throw new TypeError(`SQLite cannot keep a ${typeof value} as it is`);
  return value;
}
