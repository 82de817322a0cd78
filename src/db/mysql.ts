import mysql, { type Pool, type PoolConnection, type PoolOptions } from "mysql2";
import { createConnection } from "mysql2/promise";
import { DataSource } from "typeorm/data-source/DataSource.js";
import { MysqlDriver } from "typeorm/driver/mysql/MysqlDriver.js";

import type { Log } from "../lib/log.js";
import { mysqlReads } from "./mysql-statements.js";
import type { SharedOptions } from "./shared-options.js";
import type { Statements } from "./statements.js";

/** A server in the same network answers within milliseconds; longer than this is an address that leads nowhere. */
const CONNECT_TIMEOUT_MS = 5_000;

/** A transaction of ours takes a few milliseconds, so this serves thousands a second and many processes fit a server. */
const CONNECTIONS_MAX = 16;

/** Beyond this many callers waiting for a connection the newest is refused at once, rather than after its caller left. */
const WAITING_MAX = 1_000;

/**
 * What each connection is told first. What a statement alone does is committed. Strict, or the server would cut a text
 * that is too long and keep the rest. A lock wait ends after 5 s instead of 50: the caller has gone by then, and the
 * transaction helper tries again. READ COMMITTED, so that only a serialisable transaction has to say what it is.
 */
const SESSION = `set autocommit = 1, time_zone = '+00:00', innodb_lock_wait_timeout = 5,
  sql_mode = concat_ws(',', nullif(@@sql_mode, ''), 'STRICT_ALL_TABLES');
  set session transaction isolation level read committed`;

/** Opens MySQL or MariaDB, whichever answers under `url`. */
export async function openMysql(url: string, shared: SharedOptions, log: Log): Promise<OpenMysql> {
  const server = serverOptions(url);
  const dataSource = new DataSource({
    ...shared,
    type: await familyOf(server),
    driver: { ...mysql, createPool: (options: PoolOptions) => poolWithSession(options, log) },
    host: server.host,
    port: server.port,
    username: server.user,
    password: server.password,
    database: server.database,
    ...(server.ssl === undefined ? {} : { ssl: server.ssl }),
    charset: "utf8mb4_bin",
    timezone: "Z",
    connectTimeout: CONNECT_TIMEOUT_MS,
    // The transformers of columns.ts check the range of what comes back.
    supportBigNumbers: true,
    bigNumberStrings: false,
    poolSize: CONNECTIONS_MAX,
    extra: { queueLimit: WAITING_MAX },
    // A transaction begins in one round trip with its first statement. All values are placeholders' values: no text of
    // anybody's ever becomes SQL.
    multipleStatements: true,
  });
  await dataSource.initialize();
  const { driver } = dataSource;
  if (!(driver instanceof MysqlDriver)) throw new Error("TypeORM opened the server differently");
  return { dataSource, read: mysqlReads(driver.pool as Pool) };
}

/** A server's database, and how to read it beside TypeORM. */
export interface OpenMysql {
  readonly dataSource: DataSource;
  readonly read: Statements["run"];
}

/** The parts of `url`. A parameter that is not understood is refused: it may have been meant to make things safer. */
export function serverOptions(url: string) {
  const { protocol, hostname, port, username, password, pathname, searchParams } = new URL(url);
  if (protocol !== "mysql:" && protocol !== "mariadb:") {
    throw new Error(`DATABASE_URL begins with mysql:// or mariadb://, not with ${protocol}//`);
  }
  const database = decodeURIComponent(pathname.slice(1));
  if (database === "") throw new Error("DATABASE_URL does not name a database");
  for (const [name, value] of searchParams) {
    if (name !== "ssl" || value !== "true") {
      throw new Error("DATABASE_URL takes one parameter: ssl=true, which encrypts and verifies the server");
    }
  }
  return {
    host: hostname.replace(/^\[(.*)\]$/, "$1"), // The brackets of an IPv6 address belong to the URL only.
    port: port === "" ? 3306 : Number(port),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database,
    // mysql2 leaves out the server's name by default. Authorities of one's own: NODE_EXTRA_CA_CERTS.
    ssl: searchParams.has("ssl") ? { rejectUnauthorized: true, verifyIdentity: true } : undefined,
  };
}

/** TypeORM's two dialects differ (locks that share, returning): "mysql" on a MariaDB makes statements that fail. */
async function familyOf({ ssl, ...server }: ReturnType<typeof serverOptions>): Promise<"mysql" | "mariadb"> {
  const connection = await createConnection({
    ...server,
    ...(ssl === undefined ? {} : { ssl }),
    connectTimeout: CONNECT_TIMEOUT_MS,
  });
  try {
    const [rows] = await connection.query("select version() as version");
    return /mariadb/i.test(JSON.stringify(rows)) ? "mariadb" : "mysql";
  } finally {
    await connection.end();
  }
}

/** TypeORM opens connections before it lets anybody listen to its pool, so the session is set up here. */
function poolWithSession(options: PoolOptions, log: Log): Pool {
  const pool = mysql.createPool(options);
  pool.on("connection", (connection: PoolConnection) => {
    // The pool replaces what fails, but listens only once: another failure of the same connection would end the process.
    connection.on("error", ({ code }) => log.debug({ code }, "a database connection failed"));
    // Sent ahead of whatever its first user sends.
    connection.query(SESSION, (error) => {
      if (error === null) return;
      log.warn({ code: error.code, errno: error.errno }, "a database connection could not be set up");
      connection.destroy();
    });
  });
  return pool;
}
