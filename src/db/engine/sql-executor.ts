import type { EntityManager } from "typeorm";

/** A row by its columns, as the driver hands it over. */
export type StoredRow = Readonly<Record<string, unknown>>;

/** What one statement did: the rows it answered, or how many it found to change. */
export interface WriteResult {
  readonly rows: StoredRow[] | undefined;
  readonly changes: number;
}

/**
 * Runs statements of SQL where an entity manager belongs: inside its transaction, or beside all of them.
 * TypeORM's query builder takes ten times as long to make a statement as the server takes to run it, so what
 * runs on every request goes this way.
 */
export interface SqlExecutor {
  run(sql: string, values: readonly unknown[]): Promise<WriteResult>;
  /**
   * Inside a transaction: runs a statement with the next one, or with the COMMIT, and so without a round trip
   * of its own. Where it fails, that one fails.
   */
  defer(sql: string, values: readonly unknown[]): void;
}

/** Says how the statements of this entity manager are run. */
export function provideSqlExecutor(manager: EntityManager, statements: SqlExecutor): void {
  (manager as Provided)[STATEMENTS] = statements;
}

/** How the statements of this entity manager are run. */
export function sqlExecutorOf(manager: EntityManager): SqlExecutor {
  const statements = (manager as Provided)[STATEMENTS];
  if (statements === undefined) throw new Error("This entity manager is not one of an open database");
  return statements;
}

/**
 * Stands in the entity manager itself: a weak map of what lives for one transaction is work for the garbage
 * collector.
 */
const STATEMENTS = Symbol("statements");

type Provided = EntityManager & { [STATEMENTS]?: SqlExecutor };
