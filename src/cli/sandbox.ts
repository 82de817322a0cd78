import type { Command } from "commander";

import type { Config } from "../start/config.js";
import { systemClock } from "../lib/clock.js";
import type { Log } from "../lib/log.js";
import { openOnePort } from "../start/open-ports.js";
import { createAccountBook } from "../sandbox/account-book.js";
import { createSandbox } from "../sandbox/sandbox.js";
import { StartFailure, StartLimit } from "../start/start-limit.js";
import { openStore, type Store } from "../start/store.js";
import { checkedListener } from "../web/ports/listener.js";
import { createConnections } from "../web/connections/connections.js";
import type { OpenPort } from "../web/ports/ports.js";
import { addSandboxAccountCommand } from "./developer/sandbox-account.js";
import { runService, type Service } from "./run-service.js";

/** `sandbox`: runs the sandbox gateway in a separate process, for services with SANDBOX_URL; `sandbox account`. */
export function addSandboxCommand(sandbox: Command, env: NodeJS.ProcessEnv): void {
  addSandboxAccountCommand(sandbox, env);
  sandbox.action(async () => await runService(env, buildSandbox));
}

async function buildSandbox(config: Config, log: Log): Promise<Service> {
  if (config.secretsKey === undefined) {
    throw new StartFailure(
      "SECRETS_KEY is required: that of the services, which register their accounts with it.",
    );
  }
  const limit = new StartLimit();
  return sandboxOn(await openStore(config, log, limit), config, log, limit);
}

function sandboxOn({ db, sealer }: Store, config: Config, log: Log, limit: StartLimit): Service {
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
  const listener = checkedListener(config.tls !== undefined, (request, response) => {
    void sandbox.handle(request, response); // Never rejects.
  });
  const connections = createConnections({ max: config.maxConnections, proxies: config.trustedProxies });
  let http: OpenPort | undefined;
  return {
    async listen() {
      http = await openOnePort(config, { listener }, connections, limit);
      bound.port = http.port;
      return [`Sandbox gateway  ${publicUrl()}`];
    },
    async close() {
      await http?.close();
      await sandbox.close();
      await db.close();
    },
  };
}
