import type { Socket } from "node:net";

import type { Connection, Pool, PoolConnection } from "mysql2";

import { DatabaseAway, DatabaseClosed } from "../engine/database.js";
import { closesConnection, isLockTimeout } from "../engine/database-errors.js";

/** How long and how many may wait. */
export interface PoolLimits {
  /** How many connections are open at most. */
  readonly connectionsMax: number;
  /**
   * How long a connection may say nothing while it owes an answer. Longer than a lock is waited for, and
   * short enough that a caller who meets it, and tries once more, is answered within 10 s.
   */
  readonly silenceMs: number;
  /** How long a caller waits for a connection. Longer than it takes to find out that none can be opened. */
  readonly waitMs: number;
  /** Beyond so many callers that wait the newest is refused at once, rather than after its caller left. */
  readonly waitingMax: number;
}

/** Coarse: one look at all, for a timer for each statement costs more than most of them. */
const LOOK_EVERY_MS = 250;

/** Longer than nearly every statement takes: whether the server says nothing to anybody is worth a question. */
const SUSPICIOUS_MS = 1_000;

type Take = (error: NodeJS.ErrnoException | null, connection: PoolConnection) => void;

type Answered = (error: Error | null, answer: unknown, fields: unknown) => void;

/** What is known of a connection. */
interface Standing {
  /** Answers that the server owes. */
  owed: number;
  bytesRead: number;
  /**
   * For how many looks nothing has come. Looks, not time: a process that was held up itself has not listened
   * either.
   */
  silentFor: number;
}

/**
 * Puts limits on a pool of mysql2's, which waits for ever by itself: for a free connection, and for an
 * answer. A connection that is silent for too long, or on which the server says that it cannot do its work,
 * is closed and not used again.
 */
export class BoundedPool {
  readonly #limits: PoolLimits;
  readonly #failed: (error: Error) => void;
  readonly #take: (take: Take) => void;
  readonly #connections = new Map<PoolConnection, Standing>();
  readonly #idle = new Set<PoolConnection>();
  /** In the order in which they came. */
  readonly #waiting = new Set<{ readonly until: number; readonly take: Take }>();
  readonly #timer: NodeJS.Timeout;
  #looks = 0;
  #refusal: string | undefined;
  #patient = false;

  /** `failed` hears of every error from which one may doubt that the server does its work. */
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
   * Refuses everybody at once from now on, those that wait included, for the reason given. Undefined admits
   * them again.
   */
  refuse(reason: string | undefined): void {
    this.#refusal = reason;
    if (reason === undefined) return;
    const error = new DatabaseAway(reason);
    for (const { take } of this.#leave(() => true)) take(error, NONE);
    this.dropAll(error);
  }

  /** Closes what nobody uses: it may lead to a server that has forgotten it, or is no longer the right one. */
  dropIdle(): void {
    for (const connection of this.#idle) discard(connection, new DatabaseAway("Closed while idle"));
  }

  /** Closes every connection, whatever runs on it. */
  dropAll(error: Error): void {
    for (const connection of this.#connections.keys()) discard(connection, error);
  }

  /** While a migration runs, a statement may take as long as it likes, unless the server says nothing to anybody. */
  async patiently<T>(work: () => Promise<T>): Promise<T> {
    this.#patient = true;
    try {
      return await work();
    } finally {
      this.#patient = false;
    }
  }

  /** Closes what is left of it. */
  close(): void {
    clearInterval(this.#timer);
    this.dropAll(new DatabaseClosed());
  }

  #admit(take: Take): void {
    const { connectionsMax, waitingMax, waitMs } = this.#limits;
    // Those whose connection is being opened, or handed over, are among them.
    if (this.#refusal !== undefined || this.#waiting.size >= connectionsMax + waitingMax) {
      const error = new DatabaseAway(this.#refusal ?? "Too many wait for a connection to the database");
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
        if (error !== null) this.#judge(connection, error);
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

  #judge(connection: PoolConnection, error: Error): void {
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

  /** Those that wait for no longer. */
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

/** Handed over with an error only. */
const NONE = undefined as unknown as PoolConnection;

/** Whether the transaction had been committed is as unknown as with any connection that is lost. */
export function tooLate(message: string): Error {
  return Object.assign(new Error(message), { code: "PROTOCOL_SEQUENCE_TIMEOUT" });
}

/**
 * At once, and those that wait for an answer hear of it: mysql2's own `destroy` waits for the other end to
 * close as well, and forgets them.
 */
export function discard(connection: PoolConnection, error: Error): void {
  connection.emit("error", error); // It leaves the pool.
  socketOf(connection).destroy(error);
}

/** What a connection is made of. */
export function socketOf(connection: Connection): Socket {
  return (connection as unknown as { stream: Socket }).stream;
}
