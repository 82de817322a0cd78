import {
  type Http2SecureServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

import type { Connection } from "../connections/connection.js";
import type { Connections } from "../connections/connections.js";
import { sendFailure } from "../answers/failure.js";
import type { Server } from "./graceful-shutdown.js";
import type { Listener } from "./listener.js";
import type { Refusal } from "../connections/refuse-stream.js";

/** Who answers what arrives at a port. */
export interface Answering {
  readonly listener: Listener;
  /** Asked first about each stream of HTTP/2: true where it takes the stream. Undefined: nobody is asked. */
  readonly takeStream?: ((stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => boolean) | undefined;
  /** Paths of calls that last as long as their client likes. */
  readonly streamingPaths?: ReadonlySet<string> | undefined;
}

/** Asks about each new connection before anything is made for it, and tells what becomes of it. */
export function admitConnections(server: Server, connections: Connections): void {
  const isTls = "setSecureContext" in server;
  const others = server.listeners("connection");
  server.removeAllListeners("connection");
  const secured = new Map<string, Connection>();
  let current: Connection | undefined;
  server.on("connection", (socket: Socket) => {
    current = connections.open(socket, isTls);
    if (current === undefined) return;
    if (isTls) keepUntilSecured(secured, socket, current);
    for (const other of others) other.call(server, socket);
  });
  server.prependListener("secureConnection", (socket: Socket) => {
    current = secured.get(portOf(socket));
    if (current === undefined) socket.destroy();
    else connections.secured(current, socket);
  });
  // A session is made while the server is told of its socket.
  server.on("session", (session: ServerHttp2Session) => {
    if (current !== undefined) connections.speaksHttp2(current, session);
  });
}

/** Node does not tell which socket one of TLS was made of: the client's port does. */
function keepUntilSecured(secured: Map<string, Connection>, socket: Socket, connection: Connection): void {
  const port = portOf(socket);
  secured.set(port, connection);
  socket.once("close", () => {
    if (secured.get(port) === connection) secured.delete(port);
  });
}

function portOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

/**
 * Asks about each new stream, puts `takeStream` first, and leaves the others to Node's own way from a stream to request
 * and response: those two objects cost more than a small call does.
 */
export function admitStreams(
  server: Http2Server | Http2SecureServer,
  connections: Connections,
  { takeStream, streamingPaths = NONE }: Answering,
): void {
  const others = server.listeners("stream");
  server.removeAllListeners("stream");
  // Not `...rest`, which would be a new list for each stream.
  const first = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, flags: number, raw: string[]) => {
    connections.beginStream(stream, isOneOf(streamingPaths, headers[":path"] ?? ""), () => {
      if (takeStream?.(stream, headers) === true) return;
      for (const other of others) other.call(server, stream, headers, flags, raw);
    });
  };
  server.on("stream", first);
}

const NONE: ReadonlySet<string> = new Set();

/** Connect leaves a query out of account. */
function isOneOf(paths: ReadonlySet<string>, target: string): boolean {
  if (paths.has(target)) return true;
  const query = target.indexOf("?");
  return query !== -1 && paths.has(target.slice(0, query));
}

/** Asks about each request of HTTP/1.1; those of HTTP/2 were asked about as streams. */
export function admittedRequests(
  connections: Connections,
  { listener, streamingPaths = NONE }: Answering,
): Listener {
  return (request, response) => {
    if ("stream" in response) return listener(request, response);
    connections.beginRequest(
      request as IncomingMessage,
      response,
      isOneOf(streamingPaths, request.url ?? ""),
      () => listener(request, response),
      (reason) => refuse(reason, response),
    );
  };
}

function refuse(reason: Refusal, response: ServerResponse): void {
  const headers = { connection: "close", "retry-after": "1" };
  sendFailure(response, "service_unavailable", `There are ${reason} under way already.`, headers);
}
