import { createHash } from "node:crypto";

import type { QueryRunner } from "typeorm";
import { MigrationExecutor } from "typeorm/migration/MigrationExecutor.js";

import type { Database } from "./engine/database.js";
import { underMigrationLease } from "./migration-lease.js";
import { inTransaction } from "./transaction.js";

/**
 * Longer than any migration so far takes on a large table. After that it is stuck, and the operator should
 * look.
 */
const WAIT_SECONDS = 120;

/**
 * Runs the migrations that are not applied yet and returns their names. Several processes may call it at
 * once: one applies them, the others wait and find nothing left to do. `begun` is called once the database
 * has answered and, on the embedded engine, this process holds the write lock: what follows may take long.
 */
export async function migrate(database: Database, begun: () => void = () => {}): Promise<string[]> {
  if (database.engine === "sqlite") return migrateSqlite(database, begun);
  return database.withoutTimeLimit(() => migrateUnderLock(database, begun));
}

/**
 * Runs all migrations in one transaction, which reads the applied ones only once it holds the file's lock.
 */
function migrateSqlite(database: Database, begun: () => void): Promise<string[]> {
  return inTransaction(database, "SERIALIZABLE", (tx) => {
    begun();
    if (tx.queryRunner === undefined) throw new Error("A transaction without its query runner");
    return applyPending(database, tx.queryRunner);
  });
}

/**
 * A server commits each step by itself, so a migration that failed half-way runs again from its start: every
 * step is repeatable. The lock and the migrations use one connection, since the server may have only that
 * one: if it is lost, both end.
 */
async function migrateUnderLock(database: Database, begun: () => void): Promise<string[]> {
  const runner = database.dataSource.createQueryRunner();
  try {
    const lock = await lockName(runner);
    begun();
    if (!(await takeLock(runner, lock, 0))) await waitForLock(database, runner, lock);
    try {
      // The service waits 2 s for a table lock; a table that a migration changes may be locked for longer,
      // such as by a dump.
      await runner.query(`set session lock_wait_timeout = ${WAIT_SECONDS}`);
      return await applyAlone(database, runner);
    } finally {
      await giveBack(database, runner, lock);
    }
  } finally {
    await closeFor(runner);
  }
}

/** GET_LOCK holds on one node of a Galera cluster: processes that migrate through different ones need the lease. */
async function applyAlone(database: Database, runner: QueryRunner): Promise<string[]> {
  const apply = (): Promise<string[]> => applyPending(database, runner);
  if (!(await isGalera(runner))) return await apply();
  const wait = { ms: WAIT_SECONDS * 1000, waiting: () => warnOfWait(database) };
  return await underMigrationLease(database, runner, wait, apply);
}

async function isGalera(runner: QueryRunner): Promise<boolean> {
  const sql = "show global variables where variable_name = 'wsrep_on' and value = 'ON'";
  const rows: unknown[] = await runner.query(sql);
  return rows.length > 0;
}

/** Closes the connection: with so long a lock wait it is of no use to other callers. */
async function closeFor(runner: QueryRunner): Promise<void> {
  const connection: { destroy?: () => void } = await runner.connect();
  connection.destroy?.();
  await runner.release();
}

function warnOfWait({ log }: Database): void {
  log.warn({ seconds: WAIT_SECONDS }, "another process migrates this database: waiting for it");
}

async function waitForLock(database: Database, runner: QueryRunner, name: string): Promise<void> {
  warnOfWait(database);
  if (await takeLock(runner, name, WAIT_SECONDS)) return;
  throw new Error(`Another process has been migrating this database for ${WAIT_SECONDS} s`);
}

/**
 * A lock's name is valid for the whole server and at most 64 characters long. MySQL 9 has no MD5 function.
 */
async function lockName(runner: QueryRunner): Promise<string> {
  const [row]: { name: string }[] = await runner.query("select database() as name");
  return `calmony-pay migrate ${createHash("md5").update(String(row?.name)).digest("hex")}`;
}

async function takeLock(runner: QueryRunner, name: string, seconds: number): Promise<boolean> {
  const [row]: { taken: unknown }[] = await runner.query("select get_lock(?, ?) as taken", [name, seconds]);
  return Number(row?.taken) === 1;
}

async function giveBack(database: Database, runner: QueryRunner, name: string): Promise<void> {
  try {
    await runner.query("select release_lock(?)", [name]);
  } catch (error) {
    // The connection is lost, and the lock with it.
    database.log.warn({ reason: String(error) }, "the migration lock was lost");
  }
}

async function applyPending(database: Database, runner: QueryRunner): Promise<string[]> {
  const executor = new MigrationExecutor(database.dataSource, runner);
  executor.transaction = "none";
  const applied = await executor.executePendingMigrations();
  return applied.map((migration) => migration.name);
}
