import { randomBytes } from "node:crypto";

import mysql, { type Connection, type RowDataPacket } from "mysql2/promise";

import { readConfig } from "../../src/start/config.js";
import { createTestMerchant, type TestMerchant } from "../support/app.js";
import { Ending } from "../simulation/database-place.js";
import { type Replica, startReplica } from "./replica.js";

/** What a storm breaks over: replicas of the service on one database, and a merchant who uses all of them. */
export interface SharedDatabase {
  readonly replicas: readonly Replica[];
  readonly merchant: TestMerchant;
  /** A connection to the database beside the service's own. */
  readonly admin: Connection;
}

/**
 * Starts as many replicas as real processes, on a new database of this server; does `work` there, and takes
 * all of it down.
 */
export async function onSharedDatabase<T>(
  server: string,
  replicas: number,
  work: (shared: SharedDatabase) => Promise<T>,
): Promise<T> {
  const ending = new Ending();
  try {
    return await work(await prepareSharedDatabase(ending, server, replicas));
  } finally {
    await ending.all();
  }
}

async function prepareSharedDatabase(ending: Ending, server: string, count: number): Promise<SharedDatabase> {
  const admin = await mysql.createConnection(server);
  ending.teardown(() => admin.end());
  const name = `storm_${randomBytes(8).toString("hex")}`;
  await admin.query(`create database ${name}`);
  ending.teardown(() => admin.query(`drop database ${name}`));
  await admin.query(`use ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const env = {
    DATABASE_URL: url.href,
    SECRETS_KEY: randomBytes(32).toString("base64"),
    PORT: "0",
    GRPC_PORT: "0",
    METRICS_PORT: "off",
    // Live sessions, and nobody asks the gateway: what it says is what the storm sends.
    SANDBOX: "off",
    CARDSTREAM_URL: "https://gateway.example",
    LOG_LEVEL: "warn",
  };
  const merchant = await createTestMerchant(readConfig(env), "Storm & Sons");
  const starting = Array.from({ length: count }, () => startReplica(ending, env));
  return { admin, merchant, replicas: await Promise.all(starting) };
}

/** How many deadlocks the server has seen so far, in all of its databases. */
export async function countDeadlocks({ admin }: SharedDatabase): Promise<number> {
  // It counts by default, unless switched off.
  await admin.query("set global innodb_monitor_enable = 'lock_deadlocks'");
  const query = "select count from information_schema.innodb_metrics where name = 'lock_deadlocks'";
  const [[row]] = await admin.query<RowDataPacket[]>(query);
  if (row === undefined) throw new Error("This server does not count deadlocks.");
  return Number(row["count"] ?? row["COUNT"]);
}

/** The only number of a query's only row. */
export async function numberOf({ admin }: SharedDatabase, query: string): Promise<number> {
  const [[row]] = await admin.query<RowDataPacket[]>(query);
  return Number(Object.values(row ?? {})[0]);
}
