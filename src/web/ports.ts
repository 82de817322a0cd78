import { once } from "node:events";
import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import {
  createSecureServer,
  createServer as createHttp2Server,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import type { AddressInfo, Socket } from "node:net";

import type { Listener } from "./listener.js";

/** A certificate and its key in PEM. */
export interface Tls {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** A port that is open. */
export interface OpenPort {
  /** The port itself, also where 0 was asked for. */
  readonly port: number;
  /** Takes no new connections, lets the running requests end, and closes; after ten seconds whatever still runs. */
  close(): Promise<void>;
}

/** Who answers what arrives at a port. */
export interface Answering {
  readonly listener: Listener;
  /** Asked first about each stream of HTTP/2: true where it takes the stream. Undefined: nobody is asked. */
  readonly takeStream?: ((stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => boolean) | undefined;
}

/** Opens a port for HTTP/1.1, where `tls` is given for HTTP/2 as well, chosen by ALPN. */
export async function openHttpPort(
  host: string,
  port: number,
  tls: Tls | undefined,
  answering: Answering,
): Promise<OpenPort> {
  if (tls !== undefined) return await openTlsPort(host, port, tls, answering);
  const server = createHttpServer(SERVER_LIMITS, answering.listener);
  return await open(server, host, port, () => server.closeIdleConnections());
}

/** Opens a port for HTTP/2: in clear text with prior knowledge, as gRPC does it, or over TLS. */
export async function openHttp2Port(
  host: string,
  port: number,
  tls: Tls | undefined,
  answering: Answering,
): Promise<OpenPort> {
  if (tls !== undefined) return await openTlsPort(host, port, tls, answering);
  const server = createHttp2Server(answering.listener);
  takeStreamsFirst(server, answering);
  return await open(server, host, port, closeSessions(server));
}

/** A slow client holds a connection for a minute at most. */
const SERVER_LIMITS = { requestTimeout: 60_000, headersTimeout: 20_000, keepAliveTimeout: 75_000 };

const CLOSE_TIMEOUT_MS = 10_000;
const GOODBYE_EVERY_MS = 50;

async function openTlsPort(host: string, port: number, tls: Tls, answering: Answering): Promise<OpenPort> {
  const server = createSecureServer({ ...tls, allowHTTP1: true }, answering.listener);
  takeStreamsFirst(server, answering);
  return await open(server, host, port, closeSessions(server));
}

/**
 * Puts `takeStream` before Node's own way from a stream to request and response: those two objects cost more than a small
 * call does.
 */
function takeStreamsFirst(
  server: Http2Server | ReturnType<typeof createSecureServer>,
  { takeStream }: Answering,
): void {
  if (takeStream === undefined) return;
  const others = server.listeners("stream");
  server.removeAllListeners("stream");
  server.on("stream", (...stream) => {
    const [taken, headers] = stream;
    if (!takeStream(taken, headers)) for (const other of others) other.apply(server, stream);
  });
}

/** HTTP/2 sessions live as long as their clients like, so they are told to go: running streams may end. */
function closeSessions(server: Http2Server | ReturnType<typeof createSecureServer>): () => void {
  const sessions = new Set<ServerHttp2Session>();
  server.on("session", (session) => {
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
  });
  return () => {
    for (const session of sessions) session.close();
  };
}

async function open(
  server: HttpServer | Http2Server | ReturnType<typeof createSecureServer>,
  host: string,
  port: number,
  sayGoodbye: () => void,
): Promise<OpenPort> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    // The trailers of a call are a small write behind its answer. The system would hold them back until the answer is
    // acknowledged, for which clients take up to 40 ms.
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.listen(port, host);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      sayGoodbye();
      // A connection whose request is only now answered is idle from then on, so it is told again.
      const goodbyes = setInterval(sayGoodbye, GOODBYE_EVERY_MS);
      const late = setTimeout(() => sockets.forEach((socket) => socket.destroy()), CLOSE_TIMEOUT_MS);
      await closed;
      clearInterval(goodbyes);
      clearTimeout(late);
    },
  };
}
