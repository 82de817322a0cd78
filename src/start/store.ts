import path from "node:path";

import type { Config } from "./config.js";
import { openDatabase } from "../db/data-source.js";
import type { Database } from "../db/engine/database.js";
import { refuseForeignFile } from "../db/sqlite/foreign-database-file.js";
import { migrate } from "../db/migrate.js";
import { entities, migrations } from "./schema.js";
import { findSecretsKeyCheck, insertSecretsKeyCheck } from "../db/tables/secrets-key-check.js";
import { inTransaction } from "../db/transaction.js";
import { makeKeyFile, readKeyFile } from "../lib/key-file.js";
import type { Log } from "../lib/log.js";
import { waitAtMost } from "../lib/settle-within.js";
import { createSealer, type Sealer } from "../lib/seal.js";
import { StartFailure, StartLimit } from "./start-limit.js";

/** The migrated database, and the sealer of its secrets. */
export interface Store {
  readonly db: Database;
  readonly sealer: Sealer;
}

/**
 * Opens the database, applies pending migrations, and finds the secrets key. Throws a StartFailure where the
 * database is unavailable, or the key is not the one that its secrets were sealed with.
 */
export async function openStore(config: Config, log: Log, limit = new StartLimit()): Promise<Store> {
  const { db, applied } = await openMigrated(config, log, limit);
  for (const name of applied) log.info({ migration: name }, "migration applied");
  try {
    const open = (): Promise<Sealer> => openSealer(config, db);
    return { db, sealer: await limit.during(variableOf(config), NO_ANSWER, open) };
  } catch (error) {
    await closeAfterFailure(db);
    throw error;
  }
}

/**
 * Opens the database and applies pending migrations, which have no time limit. Throws a StartFailure where
 * the database is unavailable.
 */
export async function openMigrated(
  config: Config,
  log: Log,
  limit = new StartLimit(),
): Promise<{ readonly db: Database; readonly applied: readonly string[] }> {
  const { databaseUrl: url, dataDir } = config;
  const db = await limit.during(variableOf(config), NO_ANSWER, () =>
    openDatabase({ url, dataDir, entities, migrations, log }).catch((error: unknown) => {
      throw isConnectTimeout(error) ? new StartFailure(`${variableOf(config)}: ${NO_ANSWER}`) : error;
    }),
  );
  try {
    const applied = await limit.during(
      variableOf(config),
      "the database is locked, or does not answer.",
      (begun) => applyMigrations(db, begun),
    );
    return { db, applied };
  } catch (error) {
    await closeAfterFailure(db);
    throw error;
  }
}

const NO_ANSWER = "the database does not answer.";

/** The driver's own limit for a new connection ends at about the same time as the start's, and says less. */
function isConnectTimeout(error: unknown): boolean {
  return (error as { readonly code?: unknown } | undefined)?.code === "ETIMEDOUT";
}

/** A database that does not answer may not close either, and the process is about to end. */
const CLOSED_WITHIN_MS = 500;

/** Closes the database after a failed start; waits for that 0.5 s at most. */
export async function closeAfterFailure(db: Database): Promise<void> {
  await waitAtMost(CLOSED_WITHIN_MS, db.close());
}

/** The variable that names the database. */
function variableOf({ databaseUrl }: Config): string {
  return databaseUrl === undefined ? "DATA_DIR" : "DATABASE_URL";
}

async function applyMigrations(db: Database, begun: () => void): Promise<readonly string[]> {
  await refuseForeignFile(db);
  return await migrate(db, begun);
}

/** The file of the secrets key, beside the embedded database. */
const KEY_FILE = "secrets.key";

async function openSealer(config: Config, db: Database): Promise<Sealer> {
  const known = await findSecretsKeyCheck(db.manager);
  const sealer = createSealer(config.secretsKey ?? fileKey(config, known !== undefined));
  if (known === undefined) {
    await inTransaction(db, "READ COMMITTED", (tx) => insertSecretsKeyCheck(tx, sealer.checkValue));
  }
  if ((await findSecretsKeyCheck(db.manager)) !== sealer.checkValue) {
    const source = config.secretsKey === undefined ? `DATA_DIR: ${fileOfKey(config)}` : "SECRETS_KEY";
    throw new StartFailure(`${source} is not the key that this database's secrets are encrypted with.`);
  }
  return sealer;
}

/** Never makes a key where sealed secrets exist, since it could not open them. */
function fileKey(config: Config, keyIsKnown: boolean): Buffer {
  if (config.databaseUrl !== undefined) {
    throw new StartFailure("SECRETS_KEY is required with a server database (openssl rand -base64 32).");
  }
  const file = fileOfKey(config);
  const key = readKeyFile(file);
  if (key !== undefined) return key;
  if (keyIsKnown)
    throw new Error(`${file} is missing: it holds the key that this database's secrets are encrypted with.`);
  return makeKeyFile(file);
}

function fileOfKey({ dataDir }: Config): string {
  return path.join(dataDir, KEY_FILE);
}
