import type { Command } from "commander";

import { readConfig } from "../config.js";
import { openDatabase } from "../db/data-source.js";
import { migrate } from "../db/migrate.js";
import { entities, migrations } from "../db/schema.js";
import { createLog } from "../lib/log.js";
import { jsonOption } from "./options.js";
import { write } from "./output.js";
import { fail } from "./registry.js";

/** `migrate`: brings the tables up to date. `serve` does so by itself; this is for doing it beforehand. */
export function addMigrateCommand(migrate: Command, env: NodeJS.ProcessEnv): void {
  migrate.addOption(jsonOption()).action(async ({ json }: { json: boolean }) => {
    try {
      const applied = await applyMigrations(env);
      if (json) write(JSON.stringify({ applied }));
      else write(applied.length === 0 ? "Nothing to apply." : `Applied: ${applied.join(", ")}.`);
    } catch (error) {
      fail(error);
    }
  });
}

async function applyMigrations(env: NodeJS.ProcessEnv): Promise<string[]> {
  const { databaseUrl: url, dataDir } = readConfig(env);
  const log = createLog("warn", process.stderr);
  const db = await openDatabase({ url, dataDir, entities, migrations, log });
  try {
    return await migrate(db);
  } finally {
    await db.close();
  }
}
