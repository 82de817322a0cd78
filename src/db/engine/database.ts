import { AsyncLocalStorage } from "node:async_hooks";

import type { DataSource, EntityManager } from "typeorm";

import type { SharedClock } from "../../lib/clock.js";
import type { Log } from "../../lib/log.js";

/**
 * An open database on either engine. Writes go through `inTransaction`; `manager` is for reads outside a
 * transaction.
 */
export interface Database {
  readonly engine: Engine;
  /** Reads committed data. Throws inside a transaction: there all reads go through the `Tx`. */
  readonly manager: EntityManager;
  /** For `inTransaction` and `migrate` only. */
  readonly dataSource: DataSource;
  readonly scope: TransactionScope;
  /** The clock that every process on this database follows. */
  readonly clock: SharedClock;
  readonly health: DatabaseHealth;
  readonly log: Log;
  /** Runs slow work, such as a migration: until it ends, no slow statement is treated as lost. */
  withoutTimeLimit<T>(work: () => Promise<T>): Promise<T>;
  /** Waits for running transactions, then closes. May be called more than once. */
  close(): Promise<void>;
}

/** Whether the database can do what the service needs. */
export interface DatabaseHealth {
  /**
   * Asks the database on a connection of its own. Throws what is wrong, an error for which `isDatabaseAway` holds: no
   * answer, a replica, writes refused.
   */
  check(): Promise<void>;
  /**
   * Throws `DatabaseAway` while writes are known to be refused. Where that may be a switch to another primary, returns
   * a promise that waits for its end, for `waitMs` at most.
   */
  admitWrite(waitMs: number): Promise<void> | undefined;
  /**
   * Records that a write was refused or its result is unknown: the next check writes, until a write succeeds.
   */
  doubtWrites(): void;
}

export type Engine = "mysql" | "sqlite";

/** Thrown while the service is stopping. */
export class DatabaseClosed extends Error {
  override readonly name = "DatabaseClosed";

  constructor() {
    super("The database is closed");
  }
}

/** Thrown at once while the database does not answer, or too many callers wait for it already. */
export class DatabaseAway extends Error {
  override readonly name = "DatabaseAway";
}

/**
 * Node.js 24 tracks a call's context at no cost. Earlier versions double the cost of every promise in the
 * process.
 */
const CONTEXT_IS_FREE = Number(process.versions.node.split(".", 1)[0]) >= 24;

const looking = { beside: CONTEXT_IS_FREE };

/** Makes every database opened from now on refuse queries outside its running transaction: for tests. */
export function enableTransactionGuard(): void {
  looking.beside = true;
}

/**
 * Knows which transactions of this database are running, and whether the calling code runs inside one.
 *
 * A query inside `inTransaction` that does not use its `tx` would wait for that transaction's own lock or, on
 * a server, miss its writes. It is refused in all tests and, where the check is free, in production. Code
 * that outlives the work, such as a timer, counts as outside once the transaction is over.
 */
export class TransactionScope {
  readonly #inside = looking.beside ? new AsyncLocalStorage<Place>() : undefined;
  #running = 0;
  #ended: (() => void) | undefined;
  #closed = false;

  get entered(): boolean {
    return this.#inside?.getStore()?.over === false;
  }

  /** Counts `transaction`, all runs included, among those that `close` waits for. */
  async admit<T>(transaction: () => Promise<T>): Promise<T> {
    if (this.entered) throw new Error("A transaction inside a transaction: pass the tx on instead");
    if (this.#closed) throw new DatabaseClosed();
    this.#running++;
    try {
      return await transaction();
    } finally {
      if (--this.#running === 0) this.#ended?.();
    }
  }

  /** Runs work whose queries must all use its transaction. */
  run<T>(work: () => Promise<T>): Promise<T> {
    return this.#inside === undefined ? work() : runInside(this.#inside, work);
  }

  /** Admits no further transaction, and waits for those that run. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#running > 0) await new Promise<void>((resolve) => (this.#ended = resolve));
    // Otherwise every later promise keeps carrying the context, which slows a process that opens many
    // databases.
    this.#inside?.disable();
  }
}

async function runInside<T>(inside: AsyncLocalStorage<Place>, work: () => Promise<T>): Promise<T> {
  const place = { over: false };
  try {
    return await inside.run(place, work);
  } finally {
    place.over = true;
  }
}

/** The transaction that the calling code runs in. */
interface Place {
  readonly over: boolean;
}
