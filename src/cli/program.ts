import { Command } from "commander";

import { endWithReader } from "./output.js";

/** Adds options and action to a command. */
type Addition = (command: Command, env: NodeJS.ProcessEnv) => void;

/**
 * Each command loads its own modules only: operators' scripts start commands by the hundred, and each start
 * pays for its imports.
 */
const COMMANDS: Readonly<Record<string, { readonly about: string; readonly load: () => Promise<Addition> }>> =
  {
    serve: {
      about: "apply pending migrations, then serve until SIGTERM or SIGINT",
      load: async () => (await import("./serve.js")).addServeCommand,
    },
    sandbox: {
      about:
        "run the sandbox gateway alone, with a database of its own, for services with SANDBOX_URL; or show an account",
      load: async () => (await import("./sandbox.js")).addSandboxCommand,
    },
    migrate: {
      about: "apply pending migrations (serve does so by itself)",
      load: async () => (await import("./migrate.js")).addMigrateCommand,
    },
    merchants: {
      about: "merchants and their gateway accounts",
      load: async () => (await import("./merchants.js")).addMerchantCommands,
    },
    keys: {
      about: "API keys of merchants",
      load: async () => (await import("./keys.js")).addKeyCommands,
    },
    customers: {
      about: "customers of merchants",
      load: async () => (await import("./customers.js")).addCustomerCommands,
    },
    held: {
      about: "payments that the gateway took and that wait for a decision",
      load: async () => (await import("./held.js")).addHeldCommands,
    },
    refunds: {
      about: "refunds whose outcome is unknown",
      load: async () => (await import("./refunds.js")).addRefundCommands,
    },
    captures: {
      about: "captures and cancellations of authorized payments whose outcome is unknown",
      load: async () => (await import("./captures.js")).addCaptureCommands,
    },
    events: {
      about: "what happens to a merchant's objects",
      load: async () => (await import("./events.js")).addEventCommands,
    },
    sessions: {
      about: "checkout sessions",
      load: async () => (await import("./sessions.js")).addSessionCommands,
    },
    report: {
      about:
        "every payment, refund and held payment of a day, with sums; or what differs from the gateway's books",
      load: async () => (await import("./settlement/report.js")).addReportCommand,
    },
    settlements: {
      about: "payments whose paying out is unknown",
      load: async () => (await import("./settlement/settlements.js")).addSettlementCommands,
    },
    listen: {
      about: "post a test key's events, signed, to a program on this machine",
      load: async () => (await import("./developer/listen.js")).addListenCommand,
    },
    trigger: {
      about: "make an event happen in test mode",
      load: async () => (await import("./developer/trigger.js")).addTriggerCommand,
    },
    webhooks: {
      about: "where merchants have events posted, and what became of them",
      load: async () => (await import("./webhooks.js")).addWebhookCommands,
    },
  };

/** They go on without a reader of their output. */
const SERVICES: ReadonlySet<string> = new Set(["serve", "sandbox"]);

/** Creates the operator's command, `calmony-pay`. `env` holds the configuration's environment variables. */
export function createProgram(env: NodeJS.ProcessEnv): Command {
  const program = new Command("calmony-pay")
    .description("Calmony Pay: hosted checkout sessions")
    .helpCommand(false)
    .showHelpAfterError("(see --help)")
    .addHelpText(
      "after",
      "\nReads the same environment variables as the service, and can be used while it runs.",
    );
  for (const [name, { about }] of Object.entries(COMMANDS)) {
    program.command(name).description(about).helpCommand(false);
  }
  return program.hook("preSubcommand", async (_, command) => {
    if (!SERVICES.has(command.name())) endWithReader();
    const add = await COMMANDS[command.name()]?.load();
    add?.(command, env);
  });
}
