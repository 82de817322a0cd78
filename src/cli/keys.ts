import type { Command } from "commander";

import { createApiKey } from "../checkout/merchants/create-api-key.js";
import { registerTestAccounts } from "../checkout/testing/register-test-accounts.js";
import { revokeKey } from "../checkout/merchants/revoke-api-key.js";
import { type ApiKeyRow, listApiKeys } from "../db/tables/api-keys.js";
import { jsonOption, merchantOption, modeOption, scopeOf } from "./options.js";
import { firstCall } from "./first-call.js";
import { type Fields, isoTime, print, printList, write } from "./output.js";
import { withCheckout, withRegistry } from "./registry.js";

/** `keys create|demo|list|revoke`. */
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
    .command("demo")
    .description("create a test key of the demonstration merchant, which is made if there is none")
    .addOption(jsonOption())
    .action(async ({ json }: { json: boolean }) => {
      await withCheckout(env, async (checkout, config) => {
        const { demonstrationMerchant } = await import("../start/demonstration/demonstration.js");
        const merchantId = await demonstrationMerchant(config, checkout, { beside: true });
        if (merchantId === undefined) throw new Error("The demonstration merchant could not be created.");
        if (config.sandbox && config.sandboxUrl !== undefined)
          await registerTestAccounts(checkout, config.sandboxUrl);
        const { key, id, createdAt } = await createApiKey(checkout, { merchantId, livemode: false });
        print({ key, id, merchant: merchantId, mode: "test", created: isoTime(createdAt) }, json);
        if (!json) write(`\n${firstCall(checkout.addresses.publicUrl, key)}`);
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
