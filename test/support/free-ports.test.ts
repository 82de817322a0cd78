import { once } from "node:events";
import { createServer } from "node:net";

import t from "tap";

import { freePorts } from "./free-ports.js";

t.test("a free port is none that the system gives to a listener without a wish", async (t) => {
  const ports = await freePorts(50);
  t.equal(new Set(ports).size, 50);
  t.ok(ports.every((port) => port < 32_768));
  for (const port of ports) {
    const server = createServer().listen(port, "127.0.0.1");
    await once(server, "listening");
    server.close();
  }
});
