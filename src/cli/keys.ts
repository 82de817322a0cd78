import type { Command } from "commander";

import { createApiKey } from "../checkout/merchants/create-api-key.js";
import { revokeKey } from "../checkout/merchants/revoke-api-key.js";
import { type ApiKeyRow, listApiKeys } from "../db/tables/api-keys.js";
import { jsonOption, merchantOption, modeOption, scopeOf } from "./options.js";
import { type Fields, isoTime, print, printList } from "./output.js";
import { withRegistry } from "./registry.js";

/** `keys create|list|revoke`. */
export function addKeyCommands(keys: Command, env: NodeJS.ProcessEnv): void {
  keys
    .command("create")
    .description("create a key, and print it: it is never shown again")
    .addOption(merchantOption())
    .addOption(modeOption())
    .addOption(jsonOption())
    .action(async (options: { merchant: string; mode: string; json: boolean }) => {
      await withRegistry(env, async (registry) => {
        const { key, id, merchantId, livemode, createdAt } = await createApiKey(registry, scopeOf(options));
        print(
          { key, id, merchant: merchantId, mode: modeName(livemode), created: isoTime(createdAt) },
          options.json,
        );
      });
    });
  keys
    .command("list")
    .description("list the keys of a merchant, or of all")
    .option("--merchant <id>", "only this merchant's, mer_...")
    .addOption(jsonOption())
    .action(async (options: { merchant?: string; json: boolean }) => {
      await withRegistry(env, async ({ db }) => {
        printList((await listApiKeys(db.manager, options.merchant)).map(listed), options.json);
      });
    });
  keys
    .command("revoke")
    .description("revoke a key for good")
    .argument("<id>", "the key's id, key_..., as keys list shows it")
    .addOption(jsonOption())
    .action(async (id: string, options: { json: boolean }) => {
      await withRegistry(env, async (registry) => print(listed(await revokeKey(registry, id)), options.json));
    });
}

/** Shows a key without its text, of which only the hash is stored. */
function listed(row: ApiKeyRow): Fields {
  return {
    id: row.id,
    merchant: row.merchantId,
    mode: modeName(row.livemode),
    last4: row.last4,
    created: isoTime(row.createdAt),
    revoked: row.revokedAt === null ? null : isoTime(row.revokedAt),
  };
}

function modeName(livemode: boolean): string {
  return livemode ? "live" : "test";
}
