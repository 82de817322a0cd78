import type { EntityManager } from "typeorm";

/** A row by column name, as the driver returns it. */
export type StoredRow = Readonly<Record<string, unknown>>;

/** The result of one statement: its rows, or the number of rows that it matched. */
export interface WriteResult {
  readonly rows: StoredRow[] | undefined;
  readonly changes: number;
}

/** A statement with a question mark for each of its values. */
export interface Statement {
  readonly sql: string;
  readonly values: readonly unknown[];
}

/**
 * Runs SQL where an entity manager runs it: inside its transaction, or outside any. TypeORM's query builder
 * takes ten times as long to build a statement as the server takes to run it, so the statements of every
 * request use this instead.
 */
export interface SqlExecutor {
  run(sql: string, values: readonly unknown[]): Promise<WriteResult>;
  /** Runs several in their order, on a server in one round trip. The first that fails is the last that is run. */
  runTogether(statements: readonly Statement[]): Promise<WriteResult[]>;
  /**
   * Inside a transaction: runs a statement together with the next one, or with COMMIT, and so without its own
   * round trip. If it fails, that next call throws.
   */
  defer(sql: string, values: readonly unknown[]): void;
}

/** Sets the executor of this entity manager. */
export function provideSqlExecutor(manager: EntityManager, executor: SqlExecutor): void {
  (manager as Provided)[EXECUTOR] = executor;
}

/** The executor of this entity manager. Throws for a manager that no open database made. */
export function sqlExecutorOf(manager: EntityManager): SqlExecutor {
  const executor = (manager as Provided)[EXECUTOR];
  if (executor === undefined) throw new Error("This entity manager is not one of an open database");
  return executor;
}

/** A property of the entity manager: a weak map keyed by transactions costs the garbage collector more. */
const EXECUTOR = Symbol("executor");

type Provided = EntityManager & { [EXECUTOR]?: SqlExecutor };
