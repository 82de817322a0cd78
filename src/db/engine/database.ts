import { AsyncLocalStorage } from "node:async_hooks";

import type { DataSource, EntityManager } from "typeorm";

import type { SharedClock } from "../../lib/clock.js";
import type { Log } from "../../lib/log.js";

/** The open database, on either engine. Writes go through `inTransaction`; `manager` is for reads outside of one. */
export interface Database {
  readonly engine: Engine;
  /** Reads what is committed. Inside a transaction it throws: there everything goes through the `Tx`. */
  readonly manager: EntityManager;
  /** For `inTransaction` and `migrate`; the table files have no use for it. */
  readonly dataSource: DataSource;
  readonly scope: TransactionScope;
  /** What every process on the database goes by. */
  readonly clock: SharedClock;
  readonly health: DatabaseHealth;
  readonly log: Log;
  /**
   * For what may take long, such as a migration: no statement meanwhile is taken for lost because it takes
   * its time.
   */
  patiently<T>(work: () => Promise<T>): Promise<T>;
  /** Lets the transactions that are running end first. May be called more than once. */
  close(): Promise<void>;
}

/** Whether the database does what the service needs of it. */
export interface DatabaseHealth {
  /** Asks it, on a way of its own. Throws what is wrong: no answer, a replica, nobody can write. */
  check(): Promise<void>;
  /** Throws `DatabaseAway` while it is known that nobody can write. */
  admitWrite(): void;
  /** A write was refused, or nobody knows what became of it: the next check writes, until that works. */
  doubtWrites(): void;
}

export type Engine = "mysql" | "sqlite";

/** The service is stopping. */
export class DatabaseClosed extends Error {
  override readonly name = "DatabaseClosed";

  constructor() {
    super("The database is closed");
  }
}

/** Nobody is let through to the database for now: it does not answer, or too many wait for it already. */
export class DatabaseAway extends Error {
  override readonly name = "DatabaseAway";
}

/**
 * Node 24 keeps a call's context at no cost. Before, it takes twice the time of every promise there is, also
 * of others'.
 */
const CONTEXT_IS_FREE = Number(process.versions.node.split(".", 1)[0]) >= 24;

const looking = { beside: CONTEXT_IS_FREE };

/** Has every database that is opened from now on look for queries beside the running transaction: for tests. */
export function enableTransactionGuard(): void {
  looking.beside = true;
}

/**
 * Knows which transactions of this database are running, and whether the calling code stands inside one.
 *
 * There a query beside the transaction would wait for its own lock, or on a server quietly miss the
 * transaction: it is refused instead, by all tests and, where that is free, in production. What the work
 * leaves behind, such as a timer, counts as outside once the transaction is over.
 */
export class TransactionScope {
  readonly #inside = looking.beside ? new AsyncLocalStorage<Place>() : undefined;
  #running = 0;
  #ended: (() => void) | undefined;
  #closed = false;

  get entered(): boolean {
    return this.#inside?.getStore()?.over === false;
  }

  /** Counts `transaction`, with all its runs, among those that `close` waits for. */
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

  /** Runs what may not look beside its transaction. */
  run<T>(work: () => Promise<T>): Promise<T> {
    return this.#inside === undefined ? work() : runInside(this.#inside, work);
  }

  /** Admits nothing more, and waits for what is running. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#running > 0) await new Promise<void>((resolve) => (this.#ended = resolve));
    // Otherwise every promise to come goes on carrying it: in a process that opens many databases that is
    // most of the work.
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

/** The transaction in which code stands. */
interface Place {
  readonly over: boolean;
}
