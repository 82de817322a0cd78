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
 * Gives an empty database of a story the tables that the migrations would make, as a copy of one that was migrated: the
 * migrations take a second on MySQL, and hundreds of stories begin with them. Does nothing to a database with tables,
 * to one on a server of the story's own, and outside a run of `npm test`.
 */
export async function copyTables(config: Pick<Config, "databaseUrl" | "dataDir">): Promise<void> {
  const { databaseUrl, dataDir } = config;
  if (databaseUrl === undefined) await copyFile(dataDir);
  else await copyOnServer(schemaOf(databaseUrl));
}

/** Several hosts are no URL. */
function schemaOf(databaseUrl: string): string {
  return /\/(\w+)(?:\?|$)/.exec(databaseUrl)?.[1] ?? "";
}

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

async function copyOnServer(schema: string): Promise<void> {
  const template = process.env[TEMPLATE_VARIABLES.schema];
  const server = process.env["TEST_DATABASE_URL"];
  if (template === undefined || server === undefined || !/^\w+$/.test(schema)) return;
  const connection = await createConnection({ uri: server, multipleStatements: true });
  try {
    if (!(await isEmptySchema(connection, schema))) return;
    copies ??= makeSchema(connection, server, template);
    await connection.query(`USE ${schema}; ${await copies}`);
  } finally {
    await connection.end();
  }
}

/** False where the server has no such schema. */
async function isEmptySchema(connection: Connection, schema: string): Promise<boolean> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT count(table_name) AS tables FROM information_schema.schemata
     LEFT JOIN information_schema.tables ON table_schema = schema_name
     WHERE schema_name = ? GROUP BY schema_name`,
    [schema],
  );
  return rows[0] !== undefined && Number(rows[0]["tables"]) === 0;
}

/** The statements that copy the template into another schema: once for each test process. */
let copies: Promise<string> | undefined;

/** Makes the template, unless another test process has, and returns the statements that copy it. */
async function makeSchema(connection: Connection, server: string, template: string): Promise<string> {
  await connection.query("SELECT get_lock(?, 60)", [template]);
  await connection.query(`CREATE DATABASE IF NOT EXISTS ${template}`);
  const url = new URL(server);
  url.pathname = `/${template}`;
  await migrateTemplate(url.href, "");
  await connection.query("SELECT release_lock(?)", [template]);
  return copyStatements(connection, template);
}

async function copyStatements(connection: Connection, template: string): Promise<string> {
  const [tables] = await connection.query<RowDataPacket[]>(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = ?",
    [template],
  );
  const statements: string[] = [];
  for (const { name } of tables) {
    const from = `${template}.${String(name)}`;
    statements.push(`CREATE TABLE ${String(name)} LIKE ${from}`);
    const [rows] = await connection.query<RowDataPacket[]>(`SELECT 1 FROM ${from} LIMIT 1`);
    if (rows.length > 0) statements.push(`INSERT INTO ${String(name)} SELECT * FROM ${from}`);
  }
  return statements.join("; ");
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
