import type { SharedClock } from "../lib/clock.js";
import { followClock } from "../lib/follow-clock.js";
import type { Engine } from "./engine/database.js";
import type { SqlExecutor } from "./engine/sql-executor.js";

/**
 * Follows the database's clock, which every process on that database uses: the server's own clock, however
 * wrong those of the application's machines are. The embedded file is used on one machine, so that machine's
 * clock is the clock.
 */
export async function followDatabaseClock(engine: Engine, read: SqlExecutor["run"]): Promise<SharedClock> {
  return await followClock(engine === "sqlite" ? () => Promise.resolve(Date.now()) : () => askServer(read));
}

async function askServer(read: SqlExecutor["run"]): Promise<number> {
  const { rows } = await read(SERVER_TIME, []);
  return Number(rows?.[0]?.["time"] ?? Number.NaN);
}

/**
 * SYSDATE reads the server's clock: NOW and UTC_TIMESTAMP would return the session variable `timestamp`, if
 * it is set.
 */
const SERVER_TIME = "SELECT ROUND(UNIX_TIMESTAMP(SYSDATE(3)) * 1000) AS time";
