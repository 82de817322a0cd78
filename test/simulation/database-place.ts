import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import path from "node:path";

import mysql from "mysql2/promise";

import { memoryFolder } from "../support/memory-folder.js";
import type { ServerGroup } from "../support/servers/server-group.js";
import { type DatabaseLine, openDatabaseLine, withAllHosts } from "./database-line.js";
import { openFileLocks } from "./file-locks.js";
import type { LockHolder } from "./lock-holder.js";
import { openRowLocks } from "./row-locks.js";
import type { Servers } from "./server.js";

/** Where the service keeps its records: an empty database of one simulation, and the ways to it. */
export interface DatabasePlace {
  /** The way that no trouble touches. Undefined: the embedded file in `dataDir`. */
  readonly url: string | undefined;
  readonly dataDir: string;
  /** Shared with the gateway, which is told the merchants' accounts by it. */
  readonly secretsKey: Buffer;
  /** One line to the server, or to all of a group, for each replica. */
  readonly lines: readonly DatabaseLine[];
  /** To be asked once the service has made its tables. */
  locks(): Promise<LockHolder>;
}

/** What is to be taken down when the simulation ends, the last thing first. */
export class Ending {
  readonly #ends: (() => unknown)[] = [];

  teardown(end: () => unknown): void {
    this.#ends.unshift(end);
  }

  async all(): Promise<void> {
    for (const end of this.#ends.splice(0)) await end();
  }
}

/** A folder that goes away with the simulation, also where that is interrupted. */
export function temporaryFolder(ending: Ending, parent = memoryFolder()): string {
  const folder = mkdtempSync(path.join(parent, "prove-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once("exit", remove);
  ending.teardown(() => {
    process.removeListener("exit", remove);
    remove();
  });
  return folder;
}

/** Makes an empty database on the server or group; the embedded engine needs neither. */
export async function prepareDatabase(
  ending: Ending,
  { server, group }: Servers,
  replicas: number,
): Promise<DatabasePlace> {
  const secretsKey = randomBytes(32);
  const admin = adminOf(server, group);
  if (admin === undefined) {
    const dataDir = temporaryFolder(ending);
    const locks = (): Promise<LockHolder> => Promise.resolve(openFileLocks(dataDir));
    return { url: undefined, dataDir, secretsKey, lines: [], locks };
  }
  const name = `prove_${randomBytes(8).toString("hex")}`;
  const urls = group === undefined ? [`${server}/${name}`] : await groupUrls(group, name);
  await tell(admin, `create database ${name}`);
  ending.teardown(() => tell(admin, `drop database ${name}`));
  const lines = await Promise.all(Array.from({ length: replicas }, () => openDatabaseLine(ending, urls)));
  const locks = (): Promise<LockHolder> => openRowLocks(async () => `${await admin()}/${name}`);
  return { url: withAllHosts(urls), dataDir: "", secretsKey, lines, locks };
}

/** Asked anew each time: the primary of a group changes. */
function adminOf(
  server: string | undefined,
  group: ServerGroup | undefined,
): (() => Promise<string>) | undefined {
  if (group !== undefined) return async () => (await group.primary()).url;
  return server === undefined ? undefined : () => Promise.resolve(server);
}

/** For a user who may do nothing but work with that database, as in production. */
async function groupUrls(group: ServerGroup, name: string): Promise<string[]> {
  const primary = await group.primary();
  await primary.ask(async (connection) => {
    await connection.query("create user if not exists pay@'127.0.0.1' identified by 'secret'");
    await connection.query(`grant all on ${name}.* to pay@'127.0.0.1'`);
  });
  return group.members.map(({ port }) => `mysql://pay:secret@127.0.0.1:${port}/${name}`);
}

async function tell(admin: () => Promise<string>, statement: string): Promise<void> {
  const connection = await mysql.createConnection(await admin());
  await connection.query(statement);
  await connection.end();
}
