import type { ServerResponse } from "node:http";
import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import t from "tap";

import { createConnections } from "../../src/web/connections/connections.js";
import { openHttp2Port, openHttpPort, type Tls } from "../../src/web/ports/ports.js";
import { until } from "../support/database.js";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

const TLS: Tls = {
  cert: readFileSync("test/fixtures/localhost.cert.pem"),
  key: readFileSync("test/fixtures/localhost.key.pem"),
};

// A service that was closed, with its database and all that it has read, stayed in memory for as long as the process.
for (const [name, open, tls] of [
  ["HTTP", openHttpPort, undefined],
  ["HTTP over TLS", openHttpPort, TLS],
  ["gRPC", openHttp2Port, undefined],
] as const) {
  t.test(`a port for ${name} that is closed holds nothing of what it has served`, async (t) => {
    const served = await closed(open, tls);
    await until("what it has served is garbage", () => {
      collectGarbage();
      return served.deref() === undefined;
    });
    t.equal(served.deref(), undefined);
  });
}

/** Opens a port and closes it; what its answers come from is held by nothing else. */
async function closed(open: typeof openHttpPort, tls: Tls | undefined): Promise<WeakRef<object>> {
  const served = { text: "ok" };
  const listener = (_: unknown, response: unknown): void =>
    void (response as ServerResponse).end(served.text);
  const port = await open("127.0.0.1", 0, tls, { listener }, createConnections());
  await port.close();
  return new WeakRef(served);
}
