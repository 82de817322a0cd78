import { constants } from "node:crypto";
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
import { HTTP1_OPTIONS, HTTP2_OPTIONS } from "../connections/connection-limits.js";
import { answerParserFailures } from "./parser-failures.js";

/** A certificate and its key in PEM. */
export interface Tls {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** An open port. */
export interface OpenPort {
  /** The actual port number, also where 0 was requested. */
  readonly port: number;
  /**
   * Accepts no new connections, lets requests under way finish, and closes. Ends what is left after nine
   * seconds.
   */
  close(): Promise<void>;
}

/**
 * Opens a port for HTTP/1.1; with `tls` also for HTTP/2, chosen by ALPN. Rejects where the port cannot be
 * bound.
 */
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

/**
 * Opens a port for HTTP/2: over TLS, or in clear text with prior knowledge, as gRPC does. Rejects where the
 * port cannot be bound.
 */
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
 * After this long without a request, clients are assumed to know that the port closes; a busy client goes on
 * sending for a while.
 */
const QUIET_MS = 150;

/** Limit of that wait: some clients ignore the announcement. */
const HEARD_WITHIN_MS = 5_000;
const TOLD_EVERY_MS = 5;

/** Supervisors often kill a process ten seconds after the signal; the database must be closed before that. */
const CLOSE_TIMEOUT_MS = 9_000;
/** Repeated, since a connection becomes idle once its last request is answered. */
const END_EVERY_MS = 50;

async function openTlsPort(
  host: string,
  port: number,
  tls: Tls,
  answering: Answering,
  connections: Connections,
): Promise<OpenPort> {
  // A client of TLS 1.2 could have handshake upon handshake on one connection. HTTP/2 forbids it (RFC 9113, 9.2.1), and
  // HTTP/1.1 needs it only for client certificates, which the service does not ask for.
  const secureOptions = constants.SSL_OP_NO_RENEGOTIATION;
  const options = { ...HTTP2_OPTIONS, ...HTTP1_OPTIONS, ...tls, secureOptions, allowHTTP1: true };
  const server = createSecureServer(options, admittedRequests(connections, answering));
  // Node's secure HTTP/2 server ignores these options; its HTTP/1.1 code reads them as properties.
  Object.assign(server, HTTP1_OPTIONS);
  admitStreams(server, connections, answering);
  return await open(server, host, port, connections);
}

async function open(server: Server, host: string, port: number, connections: Connections): Promise<OpenPort> {
  const sockets = new Set<Socket>();
  answerParserFailures(server);
  admitConnections(server, connections);
  server.on("connection", (socket) => {
    if (socket.destroyed) return; // There are too many.
    // A call's trailers are a small write after its response. With Nagle's algorithm they would wait until
    // the client acknowledges the response, up to 40 ms.
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  const shutdowns = [shutDownHttp1(server, sockets), shutDownHttp2(server)];
  server.listen({ port, host, backlog: BACKLOG });
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    close: () => close(server, sockets, shutdowns),
  };
}

/**
 * Connections that wait to be accepted. Node's 511 are filled by a flood between two rounds of its event loop: a client
 * beyond is not refused, but comes a second later, then three, then seven. Linux takes its own limit if that is less.
 */
const BACKLOG = 4096;

async function close(
  server: Server,
  sockets: ReadonlySet<Socket>,
  shutdowns: readonly GracefulShutdown[],
): Promise<void> {
  const closed = once(server, "close");
  const late = setTimeout(() => sockets.forEach((socket) => socket.destroy()), CLOSE_TIMEOUT_MS);
  // Not the HTTP server's `close`, which ends idle connections although a request may be in transit.
  NetServer.prototype.close.call(server);
  await Promise.race([announce(shutdowns, watchArrivals(server)), closed]);
  const end = (): void => shutdowns.forEach((shutdown) => shutdown.end());
  end();
  const again = setInterval(end, END_EVERY_MS);
  await closed;
  clearInterval(again);
  clearTimeout(late);
  // Its own `close` has no connection left to end, and stops the timer that holds all that it serves.
  server.close();
}

async function announce(shutdowns: readonly GracefulShutdown[], quietFor: () => number): Promise<void> {
  const began = performance.now();
  const since = (): number => performance.now() - began;
  do {
    for (const shutdown of shutdowns) shutdown.announce();
    await sleep(TOLD_EVERY_MS);
  } while (quietFor() < QUIET_MS && since() < HEARD_WITHIN_MS);
}
