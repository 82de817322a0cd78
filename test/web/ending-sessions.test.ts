import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import t from "tap";

import { headers } from "../support/http2-frames.js";
import { START } from "../support/raw-clients.js";

const REFUSING_SERVER = import.meta.resolve("./children/refusing-server.js");

/** Streaming calls of which a connection has too many. */
const streams = Array.from({ length: 30 }, (_, at) => headers(1 + 2 * at, "POST", "/Watch", true));
const REFUSED = Buffer.concat([START, ...streams]);

t.test("a session that ends while its bytes are read harms no memory of the process", async (t) => {
  // A process of its own, which the fault would end.
  const server = spawn(process.execPath, [fileURLToPath(REFUSING_SERVER)], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, FLOOD: REFUSED.toString("base64") },
  });
  const ended = once(server, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
  t.teardown(() => server.kill("SIGKILL"));
  t.same(await ended, [0, null]);
});
