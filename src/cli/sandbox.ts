import type { Command } from "commander";

import { type Config, readConfig } from "../config.js";
import { systemClock } from "../lib/clock.js";
import { createLog, type Log } from "../lib/log.js";
import { createAccountBook } from "../sandbox/account-book.js";
import { createSandbox } from "../sandbox/sandbox.js";
import { openStore, type Store } from "../store.js";
import { checkedListener } from "../web/checked-listener.js";
import { openHttpPort } from "../web/ports.js";
import { closeOnSignal } from "./close-on-signal.js";
import { write } from "./output.js";
import { fail } from "./registry.js";

/** `sandbox`: runs the sandbox gateway as a process of its own, for services with SANDBOX_URL. */
export function addSandboxCommand(sandbox: Command, env: NodeJS.ProcessEnv): void {
  sandbox.action(async () => {
    try {
      const config = readConfig(env);
      await serveSandbox(config, createLog(config.logLevel, process.stderr));
    } catch (error) {
      fail(error);
    }
  });
}

async function serveSandbox(config: Config, log: Log): Promise<void> {
  if (config.secretsKey === undefined) {
    throw new Error("SECRETS_KEY is required, the one of the services: they register their accounts by it.");
  }
  const store = await openStore(config, log);
  try {
    await open(config, store, log);
  } catch (error) {
    await store.db.close();
    throw error;
  }
}

async function open(config: Config, { db, sealer }: Store, log: Log): Promise<void> {
  const bound = { port: config.port };
  const scheme = config.tls === undefined ? "http" : "https";
  const publicUrl = (): string => config.publicUrl ?? `${scheme}://localhost:${bound.port}`;
  const accounts = createAccountBook({ db, sealer, clock: systemClock });
  const sandbox = createSandbox({
    accounts,
    registration: { token: sealer.sandboxToken, register: (list) => accounts.register(list) },
    db,
    clock: systemClock,
    log,
    publicUrl,
    basePath: "",
  });
  const http = await openHttpPort(config.host, config.port, config.tls, {
    listener: checkedListener(config.tls !== undefined, (request, response) => {
      void sandbox.handle(request, response); // Never rejects.
    }),
  });
  bound.port = http.port;
  const close = async (): Promise<void> => {
    await http.close();
    await sandbox.close();
    await db.close();
  };
  closeOnSignal({ close }, log);
  write(`Sandbox gateway  ${publicUrl()}`); // Last: who reads it may send a signal at once.
}
