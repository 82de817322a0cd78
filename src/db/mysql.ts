import mysql, { type Pool } from "mysql2";
import { DataSource } from "typeorm/data-source/DataSource.js";

import type { Log } from "../lib/log.js";
import { openPool } from "./mysql-pool.js";
import { mysqlReads } from "./mysql-statements.js";
import type { SharedOptions } from "./shared-options.js";
import type { Statements } from "./statements.js";

/** A server in the same network answers within milliseconds; longer than this is an address that leads nowhere. */
const CONNECT_TIMEOUT_MS = 5_000;

/** Opens MySQL or MariaDB, whichever answers under `url`. */
export async function openMysql(url: string, shared: SharedOptions, log: Log): Promise<OpenMysql> {
  const server = serverOptions(url);
  const { ssl, ...address } = server;
  const secure = ssl === undefined ? {} : { ssl };
  const pool = openPool({ ...address, ...secure, connectTimeout: CONNECT_TIMEOUT_MS }, log);
  try {
    const dataSource = new DataSource({
      ...shared,
      type: await familyOf(pool),
      driver: { ...mysql, createPool: () => pool },
      database: server.database,
    });
    await dataSource.initialize();
    return { dataSource, read: mysqlReads(pool) };
  } catch (error) {
    pool.end(() => {}); // What went wrong is thrown.
    throw error;
  }
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
async function familyOf(pool: Pool): Promise<"mysql" | "mariadb"> {
  const [rows] = await pool.promise().query("select version() as version");
  return /mariadb/i.test(JSON.stringify(rows)) ? "mariadb" : "mysql";
}
