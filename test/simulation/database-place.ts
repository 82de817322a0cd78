import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import path from "node:path";

import mysql from "mysql2/promise";

import { type DatabaseRelay, openDatabaseRelay } from "../support/database-relay.js";
import { memoryFolder } from "../support/memory-folder.js";
import { openFileLocks } from "./file-locks.js";
import type { LockHolder } from "./lock-holder.js";
import { openRowLocks } from "./row-locks.js";
import type { EngineName } from "./plan.js";

/** Where the service keeps its records: an empty database of one simulation, and the ways to it. */
export interface DatabasePlace {
  /** The way that no trouble touches. Undefined: the embedded file in `dataDir`. */
  readonly url: string | undefined;
  readonly dataDir: string;
  /** Shared with the gateway, which is told the merchants' accounts by it. */
  readonly secretsKey: Buffer;
  /** One line to the server for each replica. */
  readonly lines: readonly DatabaseRelay[];
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

/** `server` is the database server to make a database on; it is of no use to the embedded engine. */
export async function prepareDatabase(
  ending: Ending,
  engine: EngineName,
  server: string | undefined,
  replicas: number,
): Promise<DatabasePlace> {
  const secretsKey = randomBytes(32);
  if (engine === "embedded") {
    const dataDir = temporaryFolder(ending);
    const locks = (): Promise<LockHolder> => Promise.resolve(openFileLocks(dataDir));
    return { url: undefined, dataDir, secretsKey, lines: [], locks };
  }
  if (server === undefined) throw new Error("There is no database server.");
  const url = await newDatabase(ending, server);
  const lines = await Promise.all(Array.from({ length: replicas }, () => openDatabaseRelay(ending, url)));
  return { url, dataDir: "", secretsKey, lines, locks: () => openRowLocks(url) };
}

async function newDatabase(ending: Ending, server: string): Promise<string> {
  const name = `prove_${randomBytes(8).toString("hex")}`;
  await tell(server, `create database ${name}`);
  ending.teardown(() => tell(server, `drop database ${name}`));
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

async function tell(server: string, statement: string): Promise<void> {
  const connection = await mysql.createConnection(server);
  await connection.query(statement);
  await connection.end();
}
