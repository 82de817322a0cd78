import type { SharedClock } from "../lib/clock.js";
import { followClock } from "../lib/follow-clock.js";
import type { Engine } from "./engine/database.js";
import type { SqlExecutor } from "./engine/sql-executor.js";

/**
 * The clock of the database, which every process on it goes by: a server's own, whatever the machines around
 * it show. The embedded file is one machine's, and so is its clock.
 */
export async function followDatabaseClock(engine: Engine, read: SqlExecutor["run"]): Promise<SharedClock> {
  return await followClock(engine === "sqlite" ? () => Promise.resolve(Date.now()) : () => askServer(read));
}

async function askServer(read: SqlExecutor["run"]): Promise<number> {
  const { rows } = await read(SERVER_TIME, []);
  return Number(rows?.[0]?.["time"] ?? Number.NaN);
}

/** SYSDATE is the server's clock itself: NOW and UTC_TIMESTAMP answer what a session's variable `timestamp` says. */
const SERVER_TIME = "SELECT ROUND(UNIX_TIMESTAMP(SYSDATE(3)) * 1000) AS time";
