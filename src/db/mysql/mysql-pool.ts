import mysql, {
  type Connection,
  type ConnectionOptions,
  type Pool,
  type PoolConnection,
  type PoolOptions,
} from "mysql2";

import type { Log } from "../../lib/log.js";
import type { SessionSetup } from "./mysql-session.js";
import { formatSql } from "./mysql-values.js";
import type { UnusableConnection } from "../engine/unusable-connection.js";

/**
 * A transaction of ours takes a few milliseconds, so this serves thousands a second and many processes fit a
 * server.
 */
export const CONNECTIONS_MAX = 16;

/**
 * A server that has no room for another connection is asked again after this long; meanwhile callers share
 * those there are.
 */
const ROOM_AGAIN_MS = 10_000;

/** The server has no room for another connection: of all, of this user (two numbers). */
const NO_ROOM = new Set<unknown>([1040, 1203, 1226]);

/** Opens a pool whose connections are set up before anything is sent on them. */
export function openPool(server: ConnectionOptions, setup: SessionSetup, log: Log): Pool {
  const pool = mysql.createPool({
    ...server,
    ...OURS,
    connectionLimit: CONNECTIONS_MAX,
    queueLimit: 0, // How many may wait, and for how long: see BoundedPool.
    // The system notices within 15 s where a connection that is idle leads to nobody any more.
    enableKeepAlive: true,
    keepAliveInitialDelay: 5_000,
  });
  keepUtf8(internalsOf(pool).config.connectionConfig);
  setUpBeforeUse(pool, setup, log);
  return pool;
}

/**
 * Begins to open a connection beside the pool. It is still to be set up, as those of the pool are before they
 * are handed out.
 */
export function openConnection(server: ConnectionOptions): Connection {
  const connection = mysql.createConnection({ ...server, ...OURS });
  keepUtf8(connection.config as unknown as ConnectionConfig);
  return connection;
}

/** How the driver is to read and write, on every connection. */
const OURS = {
  charset: "utf8mb4_bin",
  timezone: "Z",
  // The transformers of columns.ts check the range of what comes back.
  supportBigNumbers: true,
  bigNumberStrings: false,
  // A transaction begins in one round trip with its first statement, and ends in one with its last: and what
  // stands behind a statement that fails is not done, which no other way of sending several at once has.
  multipleStatements: true,
  flags: ["-IGNORE_SPACE", "-LOCAL_FILES"],
  // The type of the driver says that it answers nothing.
  queryFormat: formatSql as PoolOptions["queryFormat"] & typeof formatSql,
};

interface ConnectionConfig {
  readonly charsetNumber: number;
}

/** A server may say that it takes another character set from now on, and the driver would follow. */
function keepUtf8(config: ConnectionConfig): void {
  const { charsetNumber } = config;
  Object.defineProperty(config, "charsetNumber", { get: () => charsetNumber, set: () => {} });
}

/** Hands out a connection only once it is set up. */
function setUpBeforeUse(pool: Pool, setup: SessionSetup, log: Log): void {
  const ready = new WeakSet<PoolConnection>();
  const getConnection = pool.getConnection.bind(pool);
  const room = new Room(pool);
  // The pool replaces what fails, but listens only once: another failure of the same connection would end the process.
  pool.on("connection", (connection) => {
    connection.on("error", ({ code }) => log.debug({ code }, "a database connection failed"));
  });
  const setUp = async (connection: PoolConnection, done: Taken): Promise<void> => {
    const failure = await failureOf(setup.run(connection));
    if (failure === null) ready.add(connection);
    else {
      log.warn({ code: failure.code, reason: failure.message }, "a database connection is not used");
      connection.destroy();
    }
    process.nextTick(done, failure, connection);
  };
  const take = (done: Taken): void => {
    room.look();
    getConnection((error, connection) => {
      if (error !== null && room.isShort(error)) take(done);
      else if (error !== null || ready.has(connection)) done(error, connection);
      else void setUp(connection, done);
    });
  };
  pool.getConnection = take;
}

type Taken = Parameters<Pool["getConnection"]>[0];

async function failureOf(setUp: Promise<void>): Promise<UnusableConnection | null> {
  try {
    await setUp;
    return null;
  } catch (error) {
    return error as UnusableConnection;
  }
}

/**
 * How many connections the server has room for. Where it has none for more, callers wait for one of those
 * that are open.
 */
class Room {
  readonly #pool: PoolInternals;
  #lookAt = Infinity;

  constructor(pool: Pool) {
    this.#pool = internalsOf(pool);
  }

  /** True where the server has no room for another connection, but has given us some. */
  isShort(error: NodeJS.ErrnoException): boolean {
    const open = this.#pool[ALL].length;
    if (!NO_ROOM.has(error.errno) || open === 0) return false;
    this.#pool.config.connectionLimit = open;
    this.#lookAt = performance.now() + ROOM_AGAIN_MS;
    return true;
  }

  /** There may be more by now. */
  look(): void {
    if (this.#lookAt === Infinity || performance.now() < this.#lookAt) return;
    this.#pool.config.connectionLimit = CONNECTIONS_MAX;
    this.#lookAt = Infinity;
  }
}

const ALL = "_allConnections";

/** What the driver does not declare. */
interface PoolInternals {
  readonly config: {
    connectionLimit: number;
    readonly connectionConfig: ConnectionConfig;
  };
  /** Those that are being made included. */
  readonly [ALL]: { readonly length: number };
}

function internalsOf(pool: Pool): PoolInternals {
  return pool as unknown as PoolInternals;
}
