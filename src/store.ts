import path from "node:path";

import type { Config } from "./config.js";
import { openDatabase } from "./db/data-source.js";
import type { Database } from "./db/database.js";
import { migrate } from "./db/migrate.js";
import { entities, migrations } from "./db/schema.js";
import { findSecretsKeyCheck, insertSecretsKeyCheck } from "./db/secrets-key-check.js";
import { inTransaction } from "./db/transaction.js";
import { makeKeyFile, readKeyFile } from "./lib/key-file.js";
import type { Log } from "./lib/log.js";
import { createSealer, type Sealer } from "./lib/seal.js";

/** The database with its tables, and the key to what is sealed in it. */
export interface Store {
  readonly db: Database;
  readonly sealer: Sealer;
}

/** Opens the database, applies pending migrations, and finds the secrets key. Throws where the key is not the right one. */
export async function openStore(config: Config, log: Log): Promise<Store> {
  const { databaseUrl: url, dataDir } = config;
  const db = await openDatabase({ url, dataDir, entities, migrations, log });
  try {
    for (const name of await migrate(db)) log.info({ migration: name }, "migration applied");
    return { db, sealer: await openSealer(config, db) };
  } catch (error) {
    await db.close();
    throw error;
  }
}

/** The file of the embedded database's secrets key, beside it. */
const KEY_FILE = "secrets.key";

async function openSealer(config: Config, db: Database): Promise<Sealer> {
  const known = await findSecretsKeyCheck(db.manager);
  const sealer = createSealer(config.secretsKey ?? fileKey(config, known !== undefined));
  if (known === undefined) {
    await inTransaction(db, "READ COMMITTED", (tx) => insertSecretsKeyCheck(tx, sealer.checkValue));
  }
  if ((await findSecretsKeyCheck(db.manager)) !== sealer.checkValue) {
    throw new Error("SECRETS_KEY is not the key that this database's secrets were sealed with.");
  }
  return sealer;
}

/** No key is ever made where sealed secrets exist: they could not be opened with it. */
function fileKey(config: Config, keyIsKnown: boolean): Buffer {
  if (config.databaseUrl !== undefined) {
    throw new Error("SECRETS_KEY is required with a server database (openssl rand -base64 32).");
  }
  const file = path.join(config.dataDir, KEY_FILE);
  const key = readKeyFile(file);
  if (key !== undefined) return key;
  if (keyIsKnown)
    throw new Error(`${file} is missing: it holds the key that this database's secrets were sealed with.`);
  return makeKeyFile(file);
}
