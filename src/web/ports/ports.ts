import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { createSecureServer, createServer as createHttp2Server } from "node:http2";
import { type AddressInfo, Server as NetServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import { type Answering, admitConnections, admitStreams, admittedRequests } from "./admission.js";
import type { Connections } from "../connections/connections.js";
import {
  type GracefulShutdown,
  shutDownHttp1,
  shutDownHttp2,
  type Server,
  watchArrivals,
} from "./graceful-shutdown.js";
import { HTTP1_OPTIONS, HTTP2_OPTIONS } from "../connections/limits.js";
import { answerParserFailures } from "./parser-failures.js";

/** A certificate and its key in PEM. */
export interface Tls {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** A port that is open. */
export interface OpenPort {
  /** The port itself, also where 0 was asked for. */
  readonly port: number;
  /** Takes no new connections, lets the running requests end, and closes; after nine seconds whatever still runs. */
  close(): Promise<void>;
}

/** Opens a port for HTTP/1.1, where `tls` is given for HTTP/2 as well, chosen by ALPN. */
export async function openHttpPort(
  host: string,
  port: number,
  tls: Tls | undefined,
  answering: Answering,
  connections: Connections,
): Promise<OpenPort> {
  if (tls !== undefined) return await openTlsPort(host, port, tls, answering, connections);
  const server = createHttpServer(HTTP1_OPTIONS, admittedRequests(connections, answering));
  return await open(server, host, port, connections);
}

/** Opens a port for HTTP/2: in clear text with prior knowledge, as gRPC does it, or over TLS. */
export async function openHttp2Port(
  host: string,
  port: number,
  tls: Tls | undefined,
  answering: Answering,
  connections: Connections,
): Promise<OpenPort> {
  if (tls !== undefined) return await openTlsPort(host, port, tls, answering, connections);
  const server = createHttp2Server(HTTP2_OPTIONS, answering.listener);
  admitStreams(server, connections, answering);
  return await open(server, host, port, connections);
}

/**
 * Whoever was told that this port closes has heard it once nothing has arrived for so long: a client that is
 * busy goes on sending for a while.
 */
const QUIET_MS = 150;

/** Some never listen. */
const HEARD_WITHIN_MS = 5_000;
const TOLD_EVERY_MS = 5;

/** Whoever supervises the process often kills it ten seconds after the signal; the database is closed before that. */
const CLOSE_TIMEOUT_MS = 9_000;
/** A connection whose last request is only now answered is idle from then on. */
const END_EVERY_MS = 50;

async function openTlsPort(
  host: string,
  port: number,
  tls: Tls,
  answering: Answering,
  connections: Connections,
): Promise<OpenPort> {
  const options = { ...HTTP2_OPTIONS, ...HTTP1_OPTIONS, ...tls, allowHTTP1: true };
  const server = createSecureServer(options, admittedRequests(connections, answering));
  // Its options of HTTP/1.1 are read by Node's server of HTTP/1.1 alone.
  Object.assign(server, HTTP1_OPTIONS);
  admitStreams(server, connections, answering);
  return await open(server, host, port, connections);
}

async function open(server: Server, host: string, port: number, connections: Connections): Promise<OpenPort> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    // The trailers of a call are a small write behind its answer. The system would hold them back until the answer is
    // acknowledged, for which clients take up to 40 ms.
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  answerParserFailures(server);
  admitConnections(server, connections);
  const farewells = [shutDownHttp1(server, sockets), shutDownHttp2(server)];
  server.listen(port, host);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    close: () => close(server, sockets, farewells),
  };
}

async function close(
  server: Server,
  sockets: ReadonlySet<Socket>,
  farewells: readonly GracefulShutdown[],
): Promise<void> {
  const closed = once(server, "close");
  const late = setTimeout(() => sockets.forEach((socket) => socket.destroy()), CLOSE_TIMEOUT_MS);
  // Not the server's own close: it would end idle connections, on which a request may be on its way.
  NetServer.prototype.close.call(server);
  await Promise.race([announce(farewells, watchArrivals(server)), closed]);
  const end = (): void => farewells.forEach((gracefulShutdown) => gracefulShutdown.end());
  end();
  const again = setInterval(end, END_EVERY_MS);
  await closed;
  clearInterval(again);
  clearTimeout(late);
}

async function announce(farewells: readonly GracefulShutdown[], quietFor: () => number): Promise<void> {
  const began = performance.now();
  const since = (): number => performance.now() - began;
  do {
    for (const gracefulShutdown of farewells) gracefulShutdown.announce();
    await sleep(TOLD_EVERY_MS);
  } while (quietFor() < QUIET_MS && since() < HEARD_WITHIN_MS);
}
