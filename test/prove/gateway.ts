// The gateway of the simulation: the sandbox as a process of its own, never killed, its books in a file of its own.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { openDatabase } from "../../src/db/data-source.js";
import { migrate } from "../../src/db/migrate.js";
import { entities, migrations } from "../../src/db/schema.js";
import { systemClock } from "../../src/lib/clock.js";
import { createLog } from "../../src/lib/log.js";
import type { SandboxAccount } from "../../src/sandbox/parts.js";
import { createSandbox } from "../../src/sandbox/sandbox.js";

const accounts = new Map<string, SandboxAccount>();
process.on("message", (known) => {
  for (const [merchantID, account] of known as [string, SandboxAccount][]) accounts.set(merchantID, account);
});
process.on("disconnect", () => process.exit()); // The simulation is gone.

const log = createLog("error", process.stderr);
const db = await openDatabase({ url: undefined, dataDir: process.argv[2] ?? "", entities, migrations, log });
await migrate(db);
const sandbox = createSandbox({
  accounts: { secretOf: (merchantID) => Promise.resolve(accounts.get(merchantID)) },
  db,
  clock: systemClock,
  log,
  publicUrl: () => url,
  basePath: "",
});
const server = createServer((request, response) => void sandbox.handle(request, response));
await new Promise<void>((resolve) => {
  server.listen(0, "127.0.0.1", resolve);
});
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
process.send?.(url);
