import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { type BlockList, connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

import type { Test } from "tap";

import type { Answering } from "../../src/web/ports/admission.js";
import { Connections } from "../../src/web/connections/connections.js";
import { type ConnectionLimits, connectionLimits } from "../../src/web/connections/connection-limits.js";
import { openHttp2Port, openHttpPort } from "../../src/web/ports/ports.js";
import { prefaceWithWindow } from "./http2-frames.js";

export const LIMITS = connectionLimits(1024);
const tls = {
  cert: readFileSync("test/fixtures/localhost.cert.pem"),
  key: readFileSync("test/fixtures/localhost.key.pem"),
};
export const START = prefaceWithWindow(65_535);
const ok: Answering["listener"] = (_, response) => void (response as ServerResponse).end("ok");
export const GET = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";

/** Connections that a test has opened, and what came on them. */
export interface Client {
  readonly socket: Socket;
  readonly received: () => string;
}

export async function openHttp1(
  t: Test,
  limits: ConnectionLimits,
  answering: Partial<Answering>,
  proxies?: BlockList,
  isTls = false,
) {
  const connections = new Connections(limits, proxies);
  const opened = await openHttpPort(
    "127.0.0.1",
    0,
    isTls ? tls : undefined,
    { listener: ok, ...answering },
    connections,
  );
  t.teardown(() => opened.close());
  return { port: opened.port, connections };
}

export async function openHttp2(
  t: Test,
  limits: ConnectionLimits,
  answering: Partial<Answering>,
  isTls = false,
) {
  const connections = new Connections(limits, undefined);
  const certificate = isTls ? tls : undefined;
  const opened = await openHttp2Port(
    "127.0.0.1",
    0,
    certificate,
    { listener: ok, ...answering },
    connections,
  );
  t.teardown(() => opened.close());
  return { port: opened.port, connections };
}

export async function open(t: Test, port: number, isTls = false, protocol = "h2"): Promise<Client> {
  const options = { port, host: "127.0.0.1" };
  const socket = isTls
    ? connectTls({ ...options, rejectUnauthorized: false, ALPNProtocols: [protocol] })
    : connect(options);
  let text = "";
  socket.on("error", () => {});
  socket.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")));
  t.teardown(() => socket.destroy());
  await once(socket, isTls ? "secureConnect" : "connect");
  return { socket, received: () => text };
}
