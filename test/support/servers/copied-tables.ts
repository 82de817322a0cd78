import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, renameSync } from "node:fs";
import path from "node:path";

import { type Connection, createConnection, type RowDataPacket } from "mysql2/promise";

import { openDatabase } from "../../../src/db/data-source.js";
import { migrate } from "../../../src/db/migrate.js";
import { createLog } from "../../../src/lib/log.js";
import type { Config } from "../../../src/start/config.js";
import { entities, migrations } from "../../../src/start/schema.js";
import { TEMPLATE_VARIABLES } from "./template-place.js";

/**
 * Gives an empty embedded database of a story the tables that the migrations would make, as a copy of a file that was
 * migrated. Does nothing to one with tables, to a server's, and outside a run of `npm test`.
 */
export async function copyTables(config: Pick<Config, "databaseUrl" | "dataDir">): Promise<void> {
  if (config.databaseUrl === undefined) await copyFile(config.dataDir);
}

/** What is run in a schema on the server, beside its migrations, which take a second on MySQL. */
export interface ServerTables {
  /** Makes the tables in a schema that has none, as the migrations leave them. */
  readonly create: string;
  /** Empties them, as the migrations leave them. */
  readonly clear: string;
}

/** Undefined where the tests were given their server: nothing of theirs may be left there. */
export async function tablesOnServer(): Promise<ServerTables | undefined> {
  const template = process.env[TEMPLATE_VARIABLES.schema];
  const server = process.env["TEST_DATABASE_URL"];
  if (template === undefined || server === undefined) return undefined;
  return (onServer ??= readTables(server, template));
}

/** Once for each test process. */
let onServer: Promise<ServerTables> | undefined;

async function copyFile(dataDir: string): Promise<void> {
  const folder = process.env[TEMPLATE_VARIABLES.folder];
  if (folder === undefined || !existsSync(dataDir) || existsSync(path.join(dataDir, DATABASE_FILE))) return;
  const template = path.join(folder, "migrated");
  if (!existsSync(template)) await makeFile(folder, template);
  for (const name of readdirSync(template)) {
    copyFileSync(path.join(template, name), path.join(dataDir, name));
    chmodSync(path.join(dataDir, name), 0o600);
  }
}

const DATABASE_FILE = "calmony-pay.db";

/** Another test process may make it at the same time: the first one that is ready stays. */
async function makeFile(folder: string, template: string): Promise<void> {
  const made = path.join(folder, String(process.pid));
  mkdirSync(made, { recursive: true });
  await migrateTemplate(undefined, made);
  try {
    renameSync(made, template);
  } catch (error) {
    if (!existsSync(template)) throw error;
  }
}

/** Makes the template, unless another test process has. */
async function readTables(server: string, template: string): Promise<ServerTables> {
  const connection = await createConnection(server);
  try {
    await connection.query("SELECT get_lock(?, 60)", [template]);
    await connection.query(`CREATE DATABASE IF NOT EXISTS ${template}`);
    const url = new URL(server);
    url.pathname = `/${template}`;
    await migrateTemplate(url.href, "");
    await connection.query("SELECT release_lock(?)", [template]);
    return await statements(connection, template);
  } finally {
    await connection.end();
  }
}

async function statements(connection: Connection, template: string): Promise<ServerTables> {
  const [tables] = await connection.query<RowDataPacket[]>(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = ?",
    [template],
  );
  const create: string[] = [];
  const empty: string[] = [];
  const fill: string[] = [];
  for (const { name } of tables) {
    const from = `${template}.${String(name)}`;
    create.push(`CREATE TABLE ${String(name)} LIKE ${from}`);
    empty.push(`DELETE FROM ${String(name)}`);
    const [rows] = await connection.query<RowDataPacket[]>(`SELECT 1 FROM ${from} LIMIT 1`);
    if (rows.length > 0) fill.push(`INSERT INTO ${String(name)} SELECT * FROM ${from}`);
  }
  return { create: [...create, ...fill].join("; "), clear: [...empty, ...fill].join("; ") };
}

async function migrateTemplate(url: string | undefined, dataDir: string): Promise<void> {
  const log = createLog("silent");
  const database = await openDatabase({ url, dataDir, entities, migrations, log });
  try {
    await migrate(database);
  } finally {
    await database.close();
  }
}
