import { AsyncLocalStorage } from "node:async_hooks";

import type { DataSource, EntityManager } from "typeorm";

import type { Log } from "../lib/log.js";

/** The open database, on either engine. Writes go through `inTransaction`; `manager` is for reads outside of one. */
export interface Database {
  readonly engine: Engine;
  /** Reads what is committed. Inside a transaction it throws: there everything goes through the `Tx`. */
  readonly manager: EntityManager;
  /** For `inTransaction` and `migrate`; the table files have no use for it. */
  readonly dataSource: DataSource;
  readonly scope: TransactionScope;
  readonly log: Log;
  /** Lets the running transactions end first. */
  close(): Promise<void>;
}

export type Engine = "mysql" | "sqlite";

/**
 * Knows whether the calling code stands inside a transaction of this database.
 *
 * There a query beside the transaction would wait for its own lock, or on a server quietly miss the transaction: it is
 * refused instead. What the work leaves behind, such as a timer, counts as outside once the transaction is over.
 */
export class TransactionScope {
  readonly #storage = new AsyncLocalStorage<{ over: boolean }>();

  get entered(): boolean {
    return this.#storage.getStore()?.over === false;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    const state = { over: false };
    try {
      return await this.#storage.run(state, work);
    } finally {
      state.over = true;
    }
  }
}
