import { closeSync, openSync, statSync } from "node:fs";
import path from "node:path";

import Libsql from "libsql";
import { DataSource } from "typeorm/data-source/DataSource.js";
import { BetterSqlite3Driver } from "typeorm/driver/better-sqlite3/BetterSqlite3Driver.js";

import { onceFree } from "../engine/retry-busy.js";
import type { SharedOptions } from "../engine/shared-options.js";
import { makeFolder } from "./make-folder.js";
import { SerialQueryRunner } from "./serial-query-runner.js";
import { SqliteHealth } from "./sqlite-health.js";
import { sqliteEntity } from "../engine/sqlite-entities.js";
import { SqliteReader } from "./sqlite-reader.js";
import { SqliteWriter } from "./sqlite-writer.js";
import type { SqlExecutor } from "../engine/sql-executor.js";

/**
 * How long SQLite itself waits for another process. It blocks the event loop meanwhile, so this covers only
 * locks held for an instant; `onceFree` does the longer waiting.
 */
const BUSY_TIMEOUT_MS = 10;

/**
 * WAL lets the operator's command read and write beside the service. FULL: an acknowledged commit is on the
 * disk, even after a power failure.
 */
const PRAGMAS = "pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on";

/** Opens the embedded file, and creates it and its folder if they are missing. */
export async function openSqlite(dataDir: string, shared: SharedOptions) {
  await makeFolder(dataDir);
  const file = path.join(dataDir, "calmony-pay.db");
  makeFile(file);
  const dataSource = new DataSource({
    ...shared,
    entities: shared.entities.map(sqliteEntity),
    type: "better-sqlite3",
    driver: Libsql,
    database: file,
    timeout: BUSY_TIMEOUT_MS,
    prepareDatabase: (connection: Libsql.Database) => onceFree(() => void connection.exec(PRAGMAS)),
  });
  await dataSource.initialize();
  const { driver } = dataSource;
  if (!(driver instanceof BetterSqlite3Driver))
    throw new Error("TypeORM opened the embedded file differently");
  const writer = new SqliteWriter(driver.databaseConnection as Libsql.Database);
  const reader = new SqliteReader(new Libsql(file, { timeout: BUSY_TIMEOUT_MS }));
  driver.createQueryRunner = () => new SerialQueryRunner(driver, writer, reader);
  const reads: Pick<SqlExecutor, "run" | "runTogether"> = {
    run: (sql, values) => new SerialQueryRunner(driver, writer, reader).run(sql, values),
    runTogether: (statements) => new SerialQueryRunner(driver, writer, reader).runEach(statements),
  };
  const close = async () => {
    reader.close();
    await dataSource.destroy();
  };
  const health = new SqliteHealth(reader, writer);
  return { dataSource, health, reads, withoutTimeLimit, close };
}

/** No statement is treated as lost on this engine. */
function withoutTimeLimit<T>(work: () => Promise<T>): Promise<T> {
  return work();
}

/**
 * Only the service's own user may read payments. SQLite would make a new file readable by all users, and
 * gives its companion files, which hold the latest writes, the mode of this one.
 *
 * An existing file is not opened: closing it would release every lock that SQLite holds on it in this
 * process.
 */
function makeFile(file: string): void {
  try {
    // Closed at once: no connection of this process has opened it in between.
    closeSync(openSync(file, "wx", 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    if (!statSync(file).isFile()) throw new Error(`${file} is not a regular file.`, { cause: error });
  }
}
