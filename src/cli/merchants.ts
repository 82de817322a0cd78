import type { Command } from "commander";

import { createMerchant, type LiveAccount, type Registry } from "../checkout/merchants/create-merchant.js";
import { registerTestAccounts } from "../checkout/testing/register-test-accounts.js";
import { updateMerchant } from "../checkout/merchants/update-merchant.js";
import { findGatewayAccount } from "../db/tables/gateway-accounts.js";
import { listMerchants, type MerchantRow } from "../db/tables/merchants.js";
import { countryOption, jsonOption, readSecrets } from "./options.js";
import { type Fields, isoTime, print, printList } from "./output.js";
import { type OperatorRegistry, withRegistry } from "./registry.js";

interface AccountOptions {
  readonly gatewayMerchantId?: string;
  readonly gatewaySecret?: string;
  readonly gatewayRestToken?: string;
  readonly allowPublishedSecret?: boolean;
  readonly json: boolean;
}

/** `merchants create|update|list`. */
export function addMerchantCommands(merchants: Command, env: NodeJS.ProcessEnv): void {
  withAccountOptions(merchants.command("create"))
    .description("create a merchant, with its live account at the gateway or for test payments only")
    .requiredOption("--name <name>", "the name that shoppers see")
    .addOption(countryOption().makeOptionMandatory())
    .action(async (options: AccountOptions & { name: string; country: string }) => {
      await withRegistry(env, async (registry) => {
        const wanted = { name: options.name, countryCode: options.country, live: await liveAccount(options) };
        const merchant = await createMerchant(registry, wanted);
        await tellSandbox(registry);
        print(await shown(registry, merchant), options.json);
      });
    });
  withAccountOptions(merchants.command("update"))
    .description(
      "change a merchant's live account; results signed by the old one are accepted for 48 hours more",
    )
    .argument("<id>", "the merchant, mer_...")
    .addOption(countryOption())
    .action(async (id: string, options: AccountOptions & { country?: string }) => {
      await withRegistry(env, async (registry) => {
        const { secret, restToken } = await readSecrets(options);
        const { gatewayMerchantId, allowPublishedSecret = false, country: countryCode } = options;
        const change = { gatewayMerchantId, secret, allowPublishedSecret, countryCode, restToken };
        print(await shown(registry, await updateMerchant(registry, id, change)), options.json);
      });
    });
  merchants
    .command("list")
    .description("list all merchants")
    .addOption(jsonOption())
    .action(async ({ json }: { json: boolean }) => {
      await withRegistry(env, async (registry) => {
        const rows = await listMerchants(registry.db.manager);
        printList(await Promise.all(rows.map((row) => shown(registry, row))), json);
      });
    });
}

/**
 * The merchant exists by now, so an unreachable sandbox is no failure: services register their accounts when
 * they start.
 */
async function tellSandbox(registry: OperatorRegistry): Promise<void> {
  if (registry.sandboxUrl === undefined) return;
  try {
    await registerTestAccounts(registry, registry.sandboxUrl);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    process.stderr.write(
      `${reason}\nUntil the next start of a service the merchant takes no test payments.\n`,
    );
  }
}

function withAccountOptions(command: Command): Command {
  return command
    .option("--gateway-merchant-id <id>", "merchantID of the live account at Cardstream")
    .option("--gateway-secret <secret>", "its signature secret; - reads it from standard input (recommended)")
    .option("--gateway-rest-token <token>", "token of its transaction search; - reads it from standard input")
    .option(
      "--allow-published-secret",
      "accept a secret that the vendor has published: for tests only",
      false,
    )
    .addOption(jsonOption());
}

async function liveAccount(options: AccountOptions): Promise<LiveAccount | undefined> {
  const { gatewayMerchantId, gatewaySecret, gatewayRestToken, allowPublishedSecret = false } = options;
  const given = [gatewayMerchantId, gatewaySecret, gatewayRestToken];
  if (given.every((option) => option === undefined)) return undefined;
  const { secret, restToken } = await readSecrets(options);
  if (gatewayMerchantId === undefined || secret === undefined) {
    throw new Error("--gateway-merchant-id and --gateway-secret go together.");
  }
  return { gatewayMerchantId, secret, allowPublishedSecret, restToken };
}

async function shown(registry: Registry, { id, name, createdAt }: MerchantRow): Promise<Fields> {
  const live = await findGatewayAccount(registry.db.manager, { merchantId: id, livemode: true });
  const test = await findGatewayAccount(registry.db.manager, { merchantId: id, livemode: false });
  return {
    id,
    name,
    country: test?.countryCode ?? null,
    gateway_merchant_id: live?.gatewayMerchantId ?? null,
    sandbox_merchant_id: test?.gatewayMerchantId ?? null,
    created: isoTime(createdAt),
  };
}
