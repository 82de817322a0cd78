import mysql, { type Connection, type RowDataPacket } from "mysql2/promise";
import type { Test } from "tap";

import { startDatabase } from "./servers/private-server.js";
import { memoryFolder } from "./memory-folder.js";

/** A server of a story's own, whose settings may be changed for all who connect. */
export interface HostileServer {
  /** A database whose user may not do more than work in it: what `init_connect` says holds for that one. */
  readonly url: string;
  /** For a user who may do everything. */
  readonly admin: Connection;
  /**
   * Changes settings for all later connections while `work` runs. False where the server knows no such
   * setting or value.
   */
  with(settings: Settings, work: () => Promise<void>): Promise<boolean>;
}

/** Global settings by their names. */
export type Settings = Readonly<Record<string, string | number>>;

/** Starts the server, with `settings` as options of its command. It stops when the story ends. */
export async function hostileServer(t: Test, settings: readonly string[] = []): Promise<HostileServer> {
  const server = await startDatabase({ folder: memoryFolder(), settings });
  t.teardown(() => server.stop());
  const admin = await mysql.createConnection(server.url);
  t.teardown(() => admin.end());
  await admin.query("create database pay character set latin1");
  await admin.query("create database other");
  await admin.query("create user 'pay'@'127.0.0.1' identified by 'secret'");
  await admin.query("grant all on pay.* to 'pay'@'127.0.0.1'");
  await admin.query("grant select on other.* to 'pay'@'127.0.0.1'");
  const url = new URL(server.url);
  Object.assign(url, { username: "pay", password: "secret", pathname: "/pay" });
  return { url: url.href, admin, with: (settings, work) => withSettings(admin, settings, work) };
}

async function withSettings(
  admin: Connection,
  settings: Settings,
  work: () => Promise<void>,
): Promise<boolean> {
  const before: [name: string, value: unknown][] = [];
  try {
    for (const [name, value] of Object.entries(settings)) {
      const [rows] = await admin.query<RowDataPacket[]>("show global variables like ?", [name]);
      if (rows[0] === undefined || !(await isTaken(admin, name, value))) return false;
      before.push([name, numberOr(rows[0]["Value"])]);
    }
    await work();
    return true;
  } finally {
    for (const [name, value] of before) await admin.query(`set global ${name} = ?`, [value]);
  }
}

/** Whether the server took the setting. One that is not global, or has no such value, is another server's. */
async function isTaken(admin: Connection, name: string, value: string | number): Promise<boolean> {
  try {
    await admin.query(`set global ${name} = ?`, [value]);
    return true;
  } catch {
    return false;
  }
}

function numberOr(shown: unknown): unknown {
  if (/^\d+$/.test(String(shown))) return BigInt(String(shown));
  return /^\d+\.\d+$/.test(String(shown)) ? Number(shown) : shown;
}
