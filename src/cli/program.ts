import { Command } from "commander";

import { addCustomerCommands } from "./customers.js";
import { addHeldCommands } from "./held.js";
import { addKeyCommands } from "./keys.js";
import { addMerchantCommands } from "./merchants.js";
import { addMigrateCommand } from "./migrate.js";
import { addRefundCommands } from "./refunds.js";
import { addSandboxCommand } from "./sandbox.js";
import { addServeCommand } from "./serve.js";
import { addSessionCommands } from "./sessions.js";

/** The operator's command, `calmony-pay`. `env` is the environment that the configuration is read from. */
export function createProgram(env: NodeJS.ProcessEnv): Command {
  const program = new Command("calmony-pay")
    .description("Calmony Pay: hosted checkout sessions")
    .helpCommand(false)
    .showHelpAfterError("(see --help)")
    .addHelpText("after", "\nReads the same environment variables as the service; works while it runs.");
  addServeCommand(program, env);
  addSandboxCommand(program, env);
  addMigrateCommand(program, env);
  addMerchantCommands(program, env);
  addKeyCommands(program, env);
  addCustomerCommands(program, env);
  addHeldCommands(program, env);
  addRefundCommands(program, env);
  addSessionCommands(program, env);
  return program;
}
