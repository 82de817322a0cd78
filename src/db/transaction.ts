import { setTimeout as sleep } from "node:timers/promises";

import type { EntityManager, ObjectLiteral, QueryRunner, SelectQueryBuilder } from "typeorm";

import type { Database } from "./engine/database.js";
import {
  isDeadlock,
  isDuplicateKey,
  isSurelyUndone,
  isWorthAnotherRun,
  isWriteRefused,
} from "./engine/database-errors.js";
import type { Isolation } from "./engine/mysql-executor.js";
import { openTransaction, type OpenTransaction } from "./open-transaction.js";

export type { Isolation };

declare const brand: unique symbol;

/** A running transaction. Only `inTransaction` makes one, so a write outside of one does not compile. */
export type Tx = EntityManager & { readonly [brand]: true };

/** What `work` learns about its run. */
export interface Run {
  /**
   * True if an earlier run may have been committed, since the result of its COMMIT is unknown. What `work`
   * finds may as well be another call's, so this run looks for what only its own earlier run can have
   * written.
   */
  readonly again: boolean;
}

/**
 * Eight runs bring 32 concurrent callers on one row through measured storms of deadlocks; the waits add up to
 * about 2.5 s.
 */
const RUNS_MAX = 8;

const FIRST_WAIT_MS = 10;

/**
 * Every API call is answered within 10 s: a run that begins later than this, and waits for a lock or a
 * server, would not end in time. Deadlocks are reported at once, so eight of them are soon over.
 */
const RUNS_WITHIN_MS = 5_000;

/** After this a transaction is ended whatever it waits for, and its connection closed. */
const OVER_WITHIN_MS = 9_000;

/**
 * Runs `work` in one transaction, and runs all of it again after a short wait if the database asks for that
 * (deadlock, lock wait timeout, SQLITE_BUSY) or its connection is lost. Other errors roll back and are thrown
 * as they are.
 *
 * So `work` uses only its `tx`, catches no error that it does not know, and may run eight times. A COMMIT
 * whose connection is lost has usually succeeded: every id is made before the transaction, and a run with
 * `again` first looks for its own row. A key that such a run finds taken may be its own late COMMIT, so the
 * work runs once more. Never nested.
 */
export function inTransaction<T>(
  database: Database,
  isolation: Isolation,
  work: (tx: Tx, run: Run) => Promise<T>,
): Promise<T> {
  return database.scope.admit(() => runUntilDone(database, isolation, work));
}

/**
 * Locks the rows that `query` selects until the transaction ends. Adds nothing on SQLite: a transaction there
 * already has the whole file to itself.
 */
export function lockForUpdate<Row extends ObjectLiteral>(
  query: SelectQueryBuilder<Row>,
): SelectQueryBuilder<Row> {
  return query.dataSource.options.type === "better-sqlite3" ? query : query.setLock("pessimistic_write");
}

/** The SQL clause that locks the selected rows; empty on SQLite. */
export function forUpdate(tx: Tx): string {
  return tx.dataSource.options.type === "better-sqlite3" ? "" : " FOR UPDATE";
}

/** The SQL clause that locks those selected rows that no other transaction has locked, and leaves out the others. */
export function freeForUpdate(tx: Tx): string {
  const clause = forUpdate(tx);
  return clause === "" ? "" : `${clause} SKIP LOCKED`;
}

async function runUntilDone<T>(
  database: Database,
  isolation: Isolation,
  work: (tx: Tx, run: Run) => Promise<T>,
): Promise<T> {
  const began = performance.now();
  const progress = { again: false, committing: false, foundTaken: false };
  for (let run = 1; ; run++) {
    try {
      return await runOnce(database, isolation, work, progress, began + OVER_WITHIN_MS);
    } catch (error) {
      const tryAgain = isWorthAnotherRun(error) || foundTakenFirst(progress, error);
      noteFailure(database, progress, error);
      const late = performance.now() - began > RUNS_WITHIN_MS && !isDeadlock(error);
      if (run === RUNS_MAX || late || !tryAgain) throw error;
      database.log.debug({ run, reason: String(error) }, "a transaction runs again");
      await sleep(FIRST_WAIT_MS * 2 ** (run - 1) * (0.5 + Math.random()));
    }
  }
}

/** How far a transaction has come. */
interface Progress {
  /** See Run; once true, it stays true. */
  again: boolean;
  /** True once only the COMMIT is left. */
  committing: boolean;
  /** True once a run with `again` has found a key taken. */
  foundTaken: boolean;
}

/**
 * The lost COMMIT may still be under way when the next run looks for its row, and finish before that run
 * inserts it again.
 */
function foundTakenFirst(progress: Progress, error: unknown): boolean {
  if (!progress.again || progress.foundTaken || !isDuplicateKey(error)) return false;
  return (progress.foundTaken = true);
}

function noteFailure({ health }: Database, progress: Progress, error: unknown): void {
  const unknown = progress.committing && !isSurelyUndone(error);
  progress.again ||= unknown;
  if (unknown || isWriteRefused(error)) health.doubtWrites();
}

async function runOnce<T>(
  database: Database,
  isolation: Isolation,
  work: (tx: Tx, run: Run) => Promise<T>,
  progress: Progress,
  overAt: number,
): Promise<T> {
  progress.committing = false;
  const admitted = database.health.admitWrite(overAt - performance.now());
  // To await nothing would cost each transaction a microtask.
  if (admitted !== undefined) await admitted;
  const runner = database.dataSource.createQueryRunner();
  try {
    const opened = await openTransaction(runner, isolation);
    const late = setTimeout(() => opened.abandon(), Math.max(overAt - performance.now(), 0));
    try {
      await database.health.admitWrite(0); // Checked again: the transaction may have waited for its connection.
      const result = await database.scope.run(() => work(runner.manager as Tx, { again: progress.again }));
      progress.committing = true;
      await opened.commit();
      return result;
    } catch (error) {
      await rollBack(database, runner, opened);
      throw error;
    } finally {
      clearTimeout(late);
    }
  } finally {
    await runner.release();
  }
}

/** A failed rollback must not hide its reason; the connection may still hold locks and is not used again. */
async function rollBack(database: Database, runner: QueryRunner, opened: OpenTransaction): Promise<void> {
  try {
    await opened.rollback();
  } catch (error) {
    database.log.debug({ reason: String(error) }, "a rollback failed; its connection is closed");
    const connection: { destroy?: () => void } = await runner.connect();
    connection.destroy?.();
  }
}
