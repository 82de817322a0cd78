import type { Command } from "commander";

import { requireMerchant } from "../checkout/merchants/create-api-key.js";
import { createCustomer } from "../checkout/customers/create-customer.js";
import type { Customer } from "../domain/customer.js";
import { jsonOption, merchantOption, modeOption, scopeOf } from "./options.js";
import { type Fields, isoTime, print } from "./output.js";
import { withRegistry } from "./registry.js";

interface CreateOptions {
  readonly merchant: string;
  readonly mode: string;
  readonly id?: string;
  readonly email?: string;
  readonly name?: string;
  readonly json: boolean;
}

/** `customers create`. */
export function addCustomerCommands(customers: Command, env: NodeJS.ProcessEnv): void {
  customers
    .command("create")
    .description("create a customer that sessions can name")
    .addOption(merchantOption())
    .addOption(modeOption())
    .option("--id <id>", "an id of your own, cus_...; default: a new id")
    .option("--email <email>", "the customer's email address")
    .option("--name <name>", "the customer's full name")
    .addOption(jsonOption())
    .action(async (options: CreateOptions) => {
      await withRegistry(env, async (registry) => {
        await requireMerchant(registry, options.merchant);
        const { id: wanted, email, name } = options;
        const { customer } = await createCustomer(registry, scopeOf(options), { id: wanted, email, name });
        print(shown(customer), options.json);
      });
    });
}

function shown({ id, merchantId, livemode, email, name, createdAt }: Customer): Fields {
  const mode = livemode ? "live" : "test";
  return { id, merchant: merchantId, mode, email, name, created: isoTime(createdAt) };
}
