import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import { type Connection, createConnection, type RowDataPacket } from "mysql2/promise";

import { type ServerTables, tablesOnServer } from "./copied-tables.js";

/** A schema on the server of the tests, for one story. */
export interface StorySchema {
  readonly url: string;
  /** A connection to it, beside the service's own. */
  readonly admin: Connection;
  /** Called when everything that the story opened is closed. */
  giveBack(): Promise<void>;
}

/**
 * Schemas whose stories have ended, emptied for the next stories of this process: to make 30 tables and to drop them
 * takes 0.3 s of CPU, and hundreds of stories want them.
 */
const kept: Schema[] = [];

/** Takes a schema with the service's tables; with none where the tests were given their server. */
export async function takeSchema(): Promise<StorySchema> {
  const tables = await tablesOnServer();
  if (tables === undefined) return takeEmptySchema();
  const schema = kept.pop() ?? (await createSchema(tables.create));
  return open(schema, () => keep(schema, tables));
}

/** Takes a schema without tables. */
export async function takeEmptySchema(): Promise<StorySchema> {
  const schema = await createSchema();
  return open(schema, () => drop(schema));
}

/** `shape` is what its tables look like when it is made. */
interface Schema {
  readonly name: string;
  readonly shape: string;
}

async function createSchema(tables?: string): Promise<Schema> {
  const name = `story_${randomBytes(8).toString("hex")}`;
  return onServer(async (connection) => {
    await connection.query(`CREATE DATABASE ${name}`);
    if (tables !== undefined) await connection.query(`USE ${name}; ${tables}`);
    return { name, shape: await shapeOf(connection, name) };
  });
}

async function open({ name }: Schema, giveBack: () => Promise<void>): Promise<StorySchema> {
  const url = serverUrl();
  url.pathname = `/${name}`;
  const admin = await createConnection(url.href);
  const end = async (): Promise<void> => {
    await admin.end();
    await giveBack();
  };
  return { url: url.href, admin, giveBack: end };
}

/** One in which something of its story still works, or whose tables the story changed, is no use to another. */
async function keep(schema: Schema, { clear }: ServerTables): Promise<void> {
  const isKept = await onServer(async (connection) => {
    if (!(await isUnused(connection, schema.name))) return false;
    if ((await shapeOf(connection, schema.name)) !== schema.shape) return false;
    await connection.query(`USE ${schema.name}; SET foreign_key_checks = 0; ${clear}`);
    return true;
  });
  if (isKept) kept.push(schema);
  else await drop(schema);
}

async function drop({ name }: Schema): Promise<void> {
  await onServer((connection) => connection.query(`DROP DATABASE ${name}`));
}

/** A server sees only a moment later that a connection is closed. */
const CLOSED_WITHIN_MS = 1_000;

/** What a killed process began on the server may end after it. */
async function isUnused(connection: Connection, schema: string): Promise<boolean> {
  const deadline = Date.now() + CLOSED_WITHIN_MS;
  for (;;) {
    const [rows] = await connection.query<RowDataPacket[]>(
      "SELECT 1 FROM information_schema.processlist WHERE db = ? LIMIT 1",
      [schema],
    );
    if (rows.length === 0) return true;
    if (Date.now() > deadline) return false;
    await sleep(10);
  }
}

async function shapeOf(connection: Connection, schema: string): Promise<string> {
  const parts = ["columns", "statistics", "table_constraints", "triggers"].map((part) => {
    const column = part === "triggers" ? "trigger_schema" : "table_schema";
    return `(SELECT count(*) FROM information_schema.${part} WHERE ${column} = '${schema}')`;
  });
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT concat_ws(' ', ${parts.join(", ")}) AS shape`,
  );
  return String(rows[0]?.["shape"]);
}

async function onServer<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await createConnection({ uri: serverUrl().href, multipleStatements: true });
  try {
    return await work(connection);
  } finally {
    await connection.end();
  }
}

function serverUrl(): URL {
  const url = process.env["TEST_DATABASE_URL"] ?? "";
  if (url === "") throw new Error("TEST_DATABASE_URL is not set: `npm test` starts a server and sets it");
  return new URL(url);
}
