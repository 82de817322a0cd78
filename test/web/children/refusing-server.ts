import { once } from "node:events";
import { connect } from "node:net";

import { Connections } from "../../../src/web/connections/connections.js";
import { openHttp2Port } from "../../../src/web/ports/ports.js";
import { LIMITS } from "../../support/raw-clients.js";

/**
 * A port that takes one streaming call a connection, and 100 connections that each send the bytes of `FLOOD`
 * and are ended for it. Exits with 0.
 */
const flood = Buffer.from(process.env["FLOOD"] ?? "", "base64");
const limits = { ...LIMITS, streamingPerConnection: 1 };
const answering = { listener: () => {}, streamingPaths: new Set(["/Watch"]) };
const { port } = await openHttp2Port(
  "127.0.0.1",
  0,
  undefined,
  answering,
  new Connections(limits, undefined),
);
await Promise.all(
  Array.from({ length: 100 }, async () => {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => {}).resume();
    socket.write(flood);
    await once(socket, "close");
  }),
);
process.exit(0);
