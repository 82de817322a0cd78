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
import { connectionLost } from "./bounded-pool.js";
import type { ServerAddress } from "./server-url.js";

/**
 * A transaction takes a few milliseconds, so this serves thousands a second, and many processes fit one
 * server.
 */
export const CONNECTIONS_MAX = 16;

/**
 * How long to wait before asking a server without room for another connection; meanwhile callers share the
 * open ones.
 */
const ROOM_AGAIN_MS = 10_000;

/** The server has no room for another connection: in total (1040), or for this user (1203, 1226). */
const NO_ROOM = new Set<unknown>([1040, 1203, 1226]);

/** Opens a pool that sets up each connection before a statement is sent on it. */
export function openPool(server: ConnectionOptions, setup: SessionSetup, log: Log): Pool {
  const pool = mysql.createPool({
    ...server,
    ...OURS,
    connectionLimit: CONNECTIONS_MAX,
    queueLimit: 0, // BoundedPool limits how many wait, and for how long.
    // The operating system notices within 15 s that an idle connection leads to no server any more.
    enableKeepAlive: true,
    keepAliveInitialDelay: 5_000,
  });
  keepUtf8(internalsOf(pool).config.connectionConfig);
  setUpBeforeUse(pool, setup, log);
  return pool;
}

/** Opens every further connection of the pool to this server. */
export function leadTo(pool: Pool, { host, port }: ServerAddress): void {
  Object.assign(internalsOf(pool).config.connectionConfig, { host, port });
}

/**
 * Begins to open a connection outside the pool. The caller still has to set it up, as the pool does before it
 * hands a connection out.
 */
export function openConnection(server: ConnectionOptions): Connection {
  const connection = mysql.createConnection({ ...server, ...OURS });
  keepUtf8(connection.config as unknown as ConnectionConfig);
  return connection;
}

/** How the driver reads and writes, on every connection. */
const OURS = {
  charset: "utf8mb4_bin",
  timezone: "Z",
  // The transformers of columns.ts check the range of the numbers read.
  supportBigNumbers: true,
  bigNumberStrings: false,
  // BEGIN goes with a transaction's first statement, and COMMIT with its last, in one round trip. What
  // follows a failed statement is not run, which no other way of sending several at once ensures.
  multipleStatements: true,
  // The service prepares none, and the driver takes room for 16 000 of them by default: half a megabyte a connection.
  maxPreparedStatements: 1,
  flags: ["-IGNORE_SPACE", "-LOCAL_FILES"],
  // The driver's type wrongly declares that it returns nothing.
  queryFormat: formatSql as PoolOptions["queryFormat"] & typeof formatSql,
};

interface ConnectionConfig {
  readonly charsetNumber: number;
  readonly host: string;
  readonly port: number;
}

/** Keeps utf8mb4: a server may announce another character set, and the driver would follow it. */
function keepUtf8(config: ConnectionConfig): void {
  const { charsetNumber } = config;
  Object.defineProperty(config, "charsetNumber", { get: () => charsetNumber, set: () => {} });
}

/** Hands out a connection only once it is set up. */
function setUpBeforeUse(pool: Pool, setup: SessionSetup, log: Log): void {
  const ready = new WeakSet<PoolConnection>();
  const getConnection = pool.getConnection.bind(pool);
  const room = new Room(pool);
  // The pool replaces a failed connection, but listens for one error only: a second one would end the
  // process.
  pool.on("connection", (connection) => {
    connection.on("error", ({ code }) => log.debug({ code }, "a database connection failed"));
  });
  const setUp = async (connection: PoolConnection, done: Taken): Promise<void> => {
    const failure =
      (await failureOf(setup.run(connection))) ??
      (leadsElsewhere(pool, connection) ? connectionLost("The database has moved to another server") : null);
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

/** A connection may have been begun before the pool was led to another server. */
function leadsElsewhere(pool: Pool, connection: PoolConnection): boolean {
  const { host, port } = connection.config as unknown as ConnectionConfig;
  const now = internalsOf(pool).config.connectionConfig;
  return host !== now.host || port !== now.port;
}

async function failureOf(setUp: Promise<void>): Promise<NodeJS.ErrnoException | null> {
  try {
    await setUp;
    return null;
  } catch (error) {
    return error as NodeJS.ErrnoException;
  }
}

/** How many connections the server has room for. If it has no room for more, callers wait for an open one. */
class Room {
  readonly #pool: PoolInternals;
  #lookAt = Infinity;

  constructor(pool: Pool) {
    this.#pool = internalsOf(pool);
  }

  /** True if the server refused a further connection, but has accepted some. */
  isShort(error: NodeJS.ErrnoException): boolean {
    const open = this.#pool[ALL].length;
    if (!NO_ROOM.has(error.errno) || open === 0) return false;
    this.#pool.config.connectionLimit = open;
    this.#lookAt = performance.now() + ROOM_AGAIN_MS;
    return true;
  }

  /** Tries for more connections: the server may have room by now. */
  look(): void {
    if (this.#lookAt === Infinity || performance.now() < this.#lookAt) return;
    this.#pool.config.connectionLimit = CONNECTIONS_MAX;
    this.#lookAt = Infinity;
  }
}

const ALL = "_allConnections";

/** Members that the driver does not declare. */
interface PoolInternals {
  readonly config: {
    connectionLimit: number;
    readonly connectionConfig: ConnectionConfig;
  };
  /** All connections, including those being opened. */
  readonly [ALL]: { readonly length: number };
}

function internalsOf(pool: Pool): PoolInternals {
  return pool as unknown as PoolInternals;
}
