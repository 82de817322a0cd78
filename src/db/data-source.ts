import type { EntitySchema, MigrationInterface } from "typeorm";

import type { Log } from "../lib/log.js";
import { followDatabaseClock } from "./database-clock.js";
import { type Database, DatabaseClosed, type Engine, TransactionScope } from "./engine/database.js";
import {
  type WriteResult,
  provideSqlExecutor,
  type SqlExecutor,
  type Statement,
} from "./engine/sql-executor.js";
import { sharedOptions } from "./engine/shared-options.js";

export interface DatabaseOptions {
  /** `mysql://` or `mariadb://user:password@host:3306/name`; undefined means the embedded file in `dataDir`. */
  readonly url: string | undefined;
  /** The folder of the embedded file `calmony-pay.db`; created if it is missing. */
  readonly dataDir: string;
  readonly entities: readonly EntitySchema[];
  /** Classes named `<What><milliseconds>`; `migrate` runs them in the order of that number. */
  readonly migrations: readonly (new () => MigrationInterface)[];
  readonly log: Log;
}

/** Opens the database that `url` names. Migrations are not run: see `migrate`. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const shared = sharedOptions(options.entities, options.migrations);
  // Each engine's driver is imported only if it is used.
  if (options.url === undefined) {
    const { openSqlite } = await import("./sqlite/sqlite.js");
    return await guarded("sqlite", options.log, await openSqlite(options.dataDir, shared));
  }
  const { openMysql } = await import("./mysql/mysql.js");
  return await guarded("mysql", options.log, await openMysql(options.url, shared, options.log));
}

/** What each engine's module returns. */
interface Opened extends Pick<Database, "dataSource" | "health" | "withoutTimeLimit" | "close"> {
  readonly reads: Pick<SqlExecutor, "run" | "runTogether">;
}

async function guarded(engine: Engine, log: Log, opened: Opened): Promise<Database> {
  const { dataSource, health, reads, withoutTimeLimit } = opened;
  const scope = new TransactionScope();
  const createQueryRunner = dataSource.createQueryRunner.bind(dataSource);
  let closing: Promise<void> | undefined;
  const check = (): void => {
    if (scope.entered) {
      throw new Error("A query outside the running transaction: inside inTransaction use its tx");
    }
    if (!dataSource.isInitialized) throw new DatabaseClosed();
  };
  dataSource.createQueryRunner = (mode) => {
    check();
    return createQueryRunner(mode);
  };
  provideSqlExecutor(dataSource.manager, new Reads(reads, check));
  const close = () => (closing ??= scope.close().then(opened.close));
  try {
    const clock = await followDatabaseClock(engine, reads.run);
    return {
      engine,
      manager: dataSource.manager,
      dataSource,
      scope,
      clock,
      health,
      log,
      withoutTimeLimit,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Runs reads outside any transaction. */
class Reads implements SqlExecutor {
  readonly #reads: Opened["reads"];
  readonly #check: () => void;

  constructor(reads: Opened["reads"], check: () => void) {
    this.#reads = reads;
    this.#check = check;
  }

  async run(sql: string, values: readonly unknown[]): Promise<WriteResult> {
    this.#check();
    return await this.#reads.run(sql, values);
  }

  async runTogether(statements: readonly Statement[]): Promise<WriteResult[]> {
    this.#check();
    return await this.#reads.runTogether(statements);
  }

  defer(): never {
    throw new Error("A write outside inTransaction is refused");
  }
}
