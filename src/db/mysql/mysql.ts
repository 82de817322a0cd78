import mysql, { type Connection, type Pool } from "mysql2";
import { DataSource } from "typeorm/data-source/DataSource.js";

import type { Log } from "../../lib/log.js";
import { waitAtMost } from "../../lib/settle-within.js";
import { BoundedPool, type PoolLimits } from "./bounded-pool.js";
import type { DatabaseHealth } from "../engine/database.js";
import { CONNECTIONS_MAX, openConnection, openPool } from "./mysql-pool.js";
import { probe, type Verdict } from "./mysql-probe.js";
import { SessionSetup } from "./mysql-session.js";
import { mysqlReads } from "../engine/mysql-executor.js";
import { ServerMonitor } from "./mysql-monitor.js";
import type { SharedOptions } from "../engine/shared-options.js";
import type { SqlExecutor } from "../engine/sql-executor.js";
import { WRITE_CHECK_LIGHT } from "../engine/write-check.js";

/** A server in the local network answers within milliseconds; an address that takes longer leads nowhere. */
const CONNECT_TIMEOUT_MS = 3_000;

/**
 * A caller during whose call the server falls silent may wait for a connection, for an answer, and for
 * another connection.
 */
const LIMITS: PoolLimits = {
  connectionsMax: CONNECTIONS_MAX,
  silenceMs: 4_000,
  waitMs: 4_000,
  waitingMax: 1_000,
};

/** How long closing waits for the server to take leave of each connection; then the connections are cut off. */
const CLOSE_WITHIN_MS = 1_000;

/** Opens MySQL or MariaDB, whichever answers at `url`. */
export async function openMysql(url: string, shared: SharedOptions, log: Log): Promise<OpenMysql> {
  const { ssl, ...address } = serverOptions(url);
  const server = { ...address, ...(ssl === undefined ? {} : { ssl }) };
  const setup = new SessionSetup(server.database);
  const pool = openPool({ ...server, connectTimeout: CONNECT_TIMEOUT_MS }, setup, log);
  const opening: { watch?: ServerMonitor } = {};
  const bounded = new BoundedPool(pool, LIMITS, (error) => opening.watch?.doubt(error));
  try {
    const dataSource = new DataSource({
      ...shared,
      type: await familyOf(pool),
      driver: { ...mysql, createPool: () => pool },
      database: address.database,
    });
    await dataSource.initialize();
    const reads = mysqlReads(pool);
    const connect = (): Connection => openConnection({ ...server, connectTimeout: 0 });
    const ask = (thoroughly: boolean): Promise<Verdict> => probe(connect, setup, thoroughly);
    const askByPool = (): Promise<unknown> => reads.run(WRITE_CHECK_LIGHT, []);
    const health = (opening.watch = new ServerMonitor({ pool: bounded, ask, askByPool, log }));
    const close = async (): Promise<void> => {
      health.close();
      await waitAtMost(CLOSE_WITHIN_MS, dataSource.destroy());
      bounded.close();
    };
    return { dataSource, reads, health, patiently: (work) => bounded.patiently(work), close };
  } catch (error) {
    pool.end(() => {}); // The error that led here is thrown.
    bounded.close();
    throw error;
  }
}

/** An open server database, and its reads outside TypeORM. */
export interface OpenMysql {
  readonly dataSource: DataSource;
  readonly reads: Pick<SqlExecutor, "run" | "runTogether">;
  readonly health: DatabaseHealth;
  patiently<T>(work: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** The parts of `url`. An unknown parameter is refused: it may have been meant as a security setting. */
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
    // mysql2 does not verify the server's name by default. A private certificate authority is given by
    // NODE_EXTRA_CA_CERTS.
    ssl: searchParams.has("ssl") ? { rejectUnauthorized: true, verifyIdentity: true } : undefined,
  };
}

/**
 * TypeORM has two dialects, which differ in shared locks and RETURNING: "mysql" on a MariaDB makes statements
 * that fail.
 */
async function familyOf(pool: Pool): Promise<"mysql" | "mariadb"> {
  const [rows] = await pool.promise().query("select version() as version");
  return /mariadb/i.test(JSON.stringify(rows)) ? "mariadb" : "mysql";
}
