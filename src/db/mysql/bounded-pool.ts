import type { Socket } from "node:net";

import type { Connection, Pool, PoolConnection } from "mysql2";

import { DatabaseAway, DatabaseClosed } from "../engine/database.js";
import { closesConnection, isLockTimeout } from "../engine/database-errors.js";

/** Limits of the pool: connections, waiting time and callers that wait. */
export interface PoolLimits {
  /** The most connections that are open at once. */
  readonly connectionsMax: number;
  /**
   * How long a connection that owes an answer may be silent. Longer than the lock wait timeout, and short
   * enough that a caller that meets it, and tries once more, is answered within 10 s.
   */
  readonly silenceMs: number;
  /** How long a caller waits for a connection. Longer than it takes to find out that none can be opened. */
  readonly waitMs: number;
  /** The most callers that wait. A further one is refused at once, rather than after its client has left. */
  readonly waitingMax: number;
}

/** One timer checks all connections: a timer for each statement costs more than most statements. */
const LOOK_EVERY_MS = 250;

/**
 * Longer than nearly every statement takes: after that the server is asked whether it still answers at all.
 */
const SUSPICIOUS_MS = 1_000;

type Take = (error: NodeJS.ErrnoException | null, connection: PoolConnection) => void;

type Answered = (error: Error | null, answer: unknown, fields: unknown) => void;

/** What the pool knows of a connection. */
interface Standing {
  /** The answers that the server owes. */
  owed: number;
  bytesRead: number;
  /**
   * How many checks in a row found no new bytes. Counted in checks, not in time: a process that was itself
   * suspended has not listened either.
   */
  silentFor: number;
}

/**
 * Puts limits on a pool of mysql2, which by itself waits without limit for a free connection and for an
 * answer. A connection that is silent for too long, or whose server says that it cannot do its work, is
 * closed and not used again.
 */
export class BoundedPool {
  readonly #limits: PoolLimits;
  readonly #failed: (error: Error) => void;
  readonly #take: (take: Take) => void;
  readonly #connections = new Map<PoolConnection, Standing>();
  readonly #idle = new Set<PoolConnection>();
  /** The waiting callers, the first to come first. */
  readonly #waiting = new Set<{ readonly until: number; readonly take: Take }>();
  readonly #timer: NodeJS.Timeout;
  #looks = 0;
  #refusal: string | undefined;
  #patient = false;

  /** `failed` is called with every error that puts the server's state in doubt. */
  constructor(pool: Pool, limits: PoolLimits, failed: (error: Error) => void) {
    this.#limits = limits;
    this.#failed = failed;
    this.#take = pool.getConnection.bind(pool) as (take: Take) => void;
    pool.getConnection = ((take: Take) => this.#admit(take)) as Pool["getConnection"];
    pool.on("connection", (connection) => this.#watch(connection));
    pool.on("acquire", (connection) => this.#idle.delete(connection));
    pool.on("release", (connection) => this.#idle.add(connection));
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
  }

  /**
   * Refuses every caller at once from now on, waiting ones included, for the reason given. Undefined admits
   * them again.
   */
  refuse(reason: string | undefined): void {
    this.#refusal = reason;
    if (reason === undefined) return;
    const error = new DatabaseAway(reason);
    for (const { take } of this.#leave(() => true)) take(error, NONE);
    this.dropAll(error);
  }

  /** Closes the idle connections: their server may have forgotten them, or be the wrong one by now. */
  dropIdle(): void {
    for (const connection of this.#idle) discard(connection, new DatabaseAway("Closed while idle"));
  }

  /** Closes every connection, whatever runs on it. */
  dropAll(error: Error): void {
    for (const connection of this.#connections.keys()) discard(connection, error);
  }

  /**
   * While a migration runs, a statement may take any time, unless the server has stopped answering at all.
   */
  async withoutTimeLimit<T>(work: () => Promise<T>): Promise<T> {
    this.#patient = true;
    try {
      return await work();
    } finally {
      this.#patient = false;
    }
  }

  /** Closes the connections that are left. */
  close(): void {
    clearInterval(this.#timer);
    this.dropAll(new DatabaseClosed());
  }

  #admit(take: Take): void {
    const { connectionsMax, waitingMax, waitMs } = this.#limits;
    // Callers whose connection is being opened or handed over are counted too.
    if (this.#refusal !== undefined || this.#waiting.size >= connectionsMax + waitingMax) {
      const error = new DatabaseAway(
        this.#refusal ?? "Too many callers wait for a connection to the database",
      );
      process.nextTick(take, error);
      return;
    }
    const waiting = { until: this.#looks + Math.ceil(waitMs / LOOK_EVERY_MS), take };
    this.#waiting.add(waiting);
    this.#take((error, connection) => {
      if (!this.#waiting.delete(waiting)) {
        // Its caller was refused meanwhile.
        if (error === null) connection.release();
        return;
      }
      if (error !== null && !(error instanceof DatabaseAway)) this.#failed(error);
      take(error, connection);
    });
  }

  #watch(connection: PoolConnection): void {
    const standing: Standing = { owed: 0, bytesRead: 0, silentFor: 0 };
    this.#connections.set(connection, standing);
    const forget = (): void => {
      this.#connections.delete(connection);
      this.#idle.delete(connection);
    };
    connection.on("error", forget);
    connection.on("end", forget);
    const owing = (answered: Answered): Answered => {
      standing.owed++;
      standing.silentFor = 0;
      return (error, answer, fields) => {
        standing.owed--;
        if (error !== null) this.#checkError(connection, error);
        answered(error, answer, fields);
      };
    };
    const query = connection.query.bind(connection) as (...call: readonly unknown[]) => unknown;
    const watchedQuery = (sql: unknown, values: unknown, answered?: Answered): unknown =>
      answered === undefined ? query(sql, owing(values as Answered)) : query(sql, values, owing(answered));
    connection.query = watchedQuery as PoolConnection["query"];
    const reset = connection.reset.bind(connection) as (answered: Answered) => void;
    connection.reset = ((answered: Answered) => reset(owing(answered))) as PoolConnection["reset"];
  }

  #checkError(connection: PoolConnection, error: Error): void {
    const closes = closesConnection(error);
    if (closes) discard(connection, error);
    if (closes || isLockTimeout(error)) this.#failed(error);
  }

  #look(): void {
    this.#looks++;
    for (const { take } of this.#leave(({ until }) => until <= this.#looks)) {
      const error = new DatabaseAway(
        `No connection to the database was free within ${this.#limits.waitMs} ms`,
      );
      take(error, NONE);
      this.#failed(error);
    }
    for (const [connection, standing] of this.#connections) this.#listen(connection, standing);
  }

  /** Removes the callers that no longer wait. */
  #leave(over: (waiting: { readonly until: number }) => boolean) {
    const left = [...this.#waiting].filter(over);
    for (const waiting of left) this.#waiting.delete(waiting);
    return left;
  }

  #listen(connection: PoolConnection, standing: Standing): void {
    const { bytesRead } = socketOf(connection);
    if (standing.owed === 0 || bytesRead !== standing.bytesRead) standing.silentFor = 0;
    else standing.silentFor++;
    standing.bytesRead = bytesRead;
    const silentMs = standing.silentFor * LOOK_EVERY_MS;
    const { silenceMs } = this.#limits;
    if (silentMs >= silenceMs && !this.#patient)
      discard(connection, tooLate(`The database has not answered for ${silenceMs} ms`));
    else if (silentMs >= SUSPICIOUS_MS) this.#failed(new DatabaseAway("A statement takes long"));
  }
}

/** The connection that the callback gets beside an error: none. */
const NONE = undefined as unknown as PoolConnection;

/** A connection that was given up: what was sent on it may have been done, or not. */
export function connectionLost(message: string): NodeJS.ErrnoException {
  return Object.assign(new Error(message), { code: "PROTOCOL_CONNECTION_LOST" });
}

/** As with every lost connection it is unknown whether the transaction was committed. */
export function tooLate(message: string): Error {
  return Object.assign(new Error(message), { code: "PROTOCOL_SEQUENCE_TIMEOUT" });
}

/**
 * Closes at once and fails the statements that wait for an answer: mysql2's own `destroy` waits for the
 * server to close as well, and never calls those statements back.
 */
export function discard(connection: PoolConnection, error: Error): void {
  connection.emit("error", error); // The pool drops it.
  socketOf(connection).destroy(error);
}

/** The socket below a connection. */
export function socketOf(connection: Connection): Socket {
  return (connection as unknown as { stream: Socket }).stream;
}
