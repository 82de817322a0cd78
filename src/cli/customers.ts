import type { Command } from "commander";

import { createCustomer } from "../checkout/create-customer.js";
import { jsonOption, merchantOption, modeOption, ownerOf } from "./options.js";
import { isoTime, print } from "./output.js";
import { withRegistry } from "./registry.js";

interface CreateOptions {
  readonly merchant: string;
  readonly mode: string;
  readonly id?: string;
  readonly email?: string;
  readonly json: boolean;
}

/** `customers create`. */
export function addCustomerCommands(program: Command, env: NodeJS.ProcessEnv): void {
  const customers = program.command("customers").description("customers of merchants").helpCommand(false);
  customers
    .command("create")
    .description("create a customer that sessions can name")
    .addOption(merchantOption())
    .addOption(modeOption())
    .option("--id <id>", "an id of your own, cus_...; made where it is not given")
    .option("--email <email>", "the customer's email address")
    .addOption(jsonOption())
    .action(async (options: CreateOptions) => {
      await withRegistry(env, async (registry) => {
        const wanted = { id: options.id, email: options.email };
        const { id, merchantId, email, createdAt } = await createCustomer(registry, ownerOf(options), wanted);
        print(
          { id, merchant: merchantId, mode: options.mode, email, created: isoTime(createdAt) },
          options.json,
        );
      });
    });
}
