import type { QueryRunner } from "typeorm";
import { MigrationExecutor } from "typeorm/migration/MigrationExecutor.js";

import type { Database } from "./database.js";
import { inTransaction } from "./transaction.js";

/** Longer than any migration so far takes on a large table; after that something is stuck and a person should look. */
const WAIT_SECONDS = 120;

/**
 * Runs the migrations that were not applied yet and answers their names. Any number of processes may do so at once: one
 * applies them, the others wait and find nothing left.
 */
export async function migrate(database: Database): Promise<string[]> {
  if (database.engine === "sqlite") return migrateSqlite(database);
  return migrateUnderLock(database);
}

/** All of them in one transaction, which reads what is applied only once it holds the file. */
function migrateSqlite(database: Database): Promise<string[]> {
  return inTransaction(database, "SERIALIZABLE", (tx) => {
    if (tx.queryRunner === undefined) throw new Error("A transaction without its query runner");
    return applyPending(database, tx.queryRunner);
  });
}

/**
 * A server commits each step by itself, so a migration that failed half-way is run again from its start: every step must
 * be repeatable. The lock has a connection of its own and is gone if this process is.
 */
async function migrateUnderLock(database: Database): Promise<string[]> {
  const lock = database.dataSource.createQueryRunner();
  const runner = database.dataSource.createQueryRunner();
  try {
    const rows: { taken: unknown }[] = await lock.query(`select get_lock(${LOCK_NAME}, ?) as taken`, [
      WAIT_SECONDS,
    ]);
    if (Number(rows[0]?.taken) !== 1) {
      throw new Error(`Another process has been migrating this database for ${WAIT_SECONDS} s`);
    }
    return await applyPending(database, runner);
  } finally {
    await runner.release();
    await giveBack(database, lock);
  }
}

/** A lock's name holds for the whole server and takes at most 64 characters. */
const LOCK_NAME = "concat('calmony-pay migrate ', md5(database()))";

async function giveBack(database: Database, lock: QueryRunner): Promise<void> {
  try {
    await lock.query(`select release_lock(${LOCK_NAME})`);
  } catch (error) {
    // Its connection is lost, and the lock with it.
    database.log.warn({ reason: String(error) }, "the migration lock went away");
  } finally {
    await lock.release();
  }
}

async function applyPending(database: Database, runner: QueryRunner): Promise<string[]> {
  const executor = new MigrationExecutor(database.dataSource, runner);
  executor.transaction = "none";
  const applied = await executor.executePendingMigrations();
  return applied.map((migration) => migration.name);
}
