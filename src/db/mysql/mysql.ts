import mysql, { type Connection, type Pool } from "mysql2";
import { DataSource } from "typeorm/data-source/DataSource.js";

import type { Log } from "../../lib/log.js";
import { waitAtMost } from "../../lib/settle-within.js";
import { BoundedPool, connectionLost, type PoolLimits } from "./bounded-pool.js";
import type { DatabaseHealth } from "../engine/database.js";
import { CONNECTIONS_MAX, leadTo, openConnection, openPool } from "./mysql-pool.js";
import { probe, type Verdict } from "./mysql-probe.js";
import { SessionSetup } from "./mysql-session.js";
import { mysqlReads } from "../engine/mysql-executor.js";
import { ServerMonitor } from "./mysql-monitor.js";
import { PrimaryChoice } from "./primary-choice.js";
import { watchPrimary } from "./primary-watch.js";
import { parseServerUrl } from "./server-url.js";
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

/** Opens MySQL or MariaDB, whichever answers at `url`; of several servers the one that is the primary now. */
export async function openMysql(url: string, shared: SharedOptions, log: Log): Promise<OpenMysql> {
  const { addresses, ssl, ...account } = parseServerUrl(url);
  const server = { ...account, ...(ssl === undefined ? {} : { ssl }) };
  const setup = new SessionSetup(server.database);
  const pool = openPool({ ...server, ...addresses[0], connectTimeout: CONNECT_TIMEOUT_MS }, setup, log);
  const opening: { watch?: ServerMonitor } = {};
  const bounded = new BoundedPool(pool, LIMITS, (error) => opening.watch?.doubt(error));
  const primary = new PrimaryChoice(addresses, {
    ask: (address, thoroughly) => {
      const connect = (): Connection => openConnection({ ...server, ...address, connectTimeout: 0 });
      return probe(connect, setup, thoroughly);
    },
    moved: (address) => {
      leadTo(pool, address);
      bounded.dropAll(connectionLost("The database has moved to another server"));
    },
    log,
  });
  try {
    // Otherwise the first server is asked for all else, and says what is wrong by itself.
    if (addresses.length > 1) await primary.ask(false);
    const dataSource = new DataSource({
      ...shared,
      type: await familyOf(pool),
      driver: { ...mysql, createPool: () => pool },
      database: server.database,
    });
    await dataSource.initialize();
    const reads = mysqlReads(pool);
    const ask = (thoroughly: boolean): Promise<Verdict> => primary.ask(thoroughly);
    const askByPool = (): Promise<unknown> => reads.run(WRITE_CHECK_LIGHT, []);
    const health = (opening.watch = new ServerMonitor({ pool: bounded, ask, askByPool, log }));
    const preferFirst = (): Promise<void> => primary.preferFirst();
    const watch = addresses.length > 1 ? watchPrimary({ reads, health, preferFirst }) : undefined;
    const close = async (): Promise<void> => {
      clearInterval(watch);
      health.close();
      await waitAtMost(CLOSE_WITHIN_MS, dataSource.destroy());
      bounded.close();
    };
    return { dataSource, reads, health, withoutTimeLimit: (work) => bounded.withoutTimeLimit(work), close };
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
  withoutTimeLimit<T>(work: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/**
 * TypeORM has two dialects, which differ in shared locks and RETURNING: "mysql" on a MariaDB makes statements
 * that fail.
 */
async function familyOf(pool: Pool): Promise<"mysql" | "mariadb"> {
  const [rows] = await pool.promise().query("select version() as version");
  return /mariadb/i.test(JSON.stringify(rows)) ? "mariadb" : "mysql";
}
