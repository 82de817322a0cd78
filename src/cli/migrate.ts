import type { Command } from "commander";

import { readConfig } from "../start/config.js";
import { createLog } from "../lib/log.js";
import { openMigrated } from "../start/store.js";
import { endProcess } from "./end-process.js";
import { jsonOption } from "./options.js";
import { write } from "./output.js";
import { fail } from "./registry.js";

/** `migrate`: applies pending migrations ahead of `serve`, which otherwise does so when it starts. */
export function addMigrateCommand(migrate: Command, env: NodeJS.ProcessEnv): void {
  migrate.addOption(jsonOption()).action(async ({ json }: { json: boolean }) => {
    try {
      const applied = await applyMigrations(env);
      if (json) write(JSON.stringify({ applied }));
      else write(applied.length === 0 ? "Nothing to apply." : `Applied: ${applied.join(", ")}.`);
    } catch (error) {
      fail(error);
      await endProcess(1);
    }
  });
}

async function applyMigrations(env: NodeJS.ProcessEnv): Promise<readonly string[]> {
  const { db, applied } = await openMigrated(readConfig(env), createLog("warn", process.stderr));
  await db.close();
  return applied;
}
