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

/** The handlers of a port. */
export interface Answering {
  readonly listener: Listener;
  /** Called first for each HTTP/2 stream; returns true where it handles the stream. Default: none. */
  readonly takeStream?: ((stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => boolean) | undefined;
  /** Paths of streaming calls, whose clients decide how long they last. */
  readonly streamingPaths?: ReadonlySet<string> | undefined;
}

/**
 * Registers each new connection with `connections`, before the server allocates anything for it, and reports
 * its stages.
 */
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
  // Node creates the session while it handles the event of its socket.
  server.on("session", (session: ServerHttp2Session) => {
    if (current !== undefined) connections.speaksHttp2(current, session);
  });
}

/** Node does not tell which TCP socket a TLS socket belongs to; the client's address and port do. */
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
 * Admits each new stream and passes it to `takeStream` first, the others to Node's own handler, which makes a
 * request and a response: those two objects cost more than a small call does.
 */
export function admitStreams(
  server: Http2Server | Http2SecureServer,
  connections: Connections,
  { takeStream, streamingPaths = NONE }: Answering,
): void {
  const others = server.listeners("stream");
  server.removeAllListeners("stream");
  // No rest parameter, which would allocate an array for each stream.
  const first = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, flags: number, raw: string[]) => {
    connections.beginStream(stream, isOneOf(streamingPaths, headers[":path"] ?? ""), () => {
      if (takeStream?.(stream, headers) === true) return;
      for (const other of others) other.call(server, stream, headers, flags, raw);
    });
  };
  server.on("stream", first);
}

const NONE: ReadonlySet<string> = new Set();

/** Connect ignores a query in the path. */
function isOneOf(paths: ReadonlySet<string>, target: string): boolean {
  if (paths.has(target)) return true;
  const query = target.indexOf("?");
  return query !== -1 && paths.has(target.slice(0, query));
}

/** Admits each HTTP/1.1 request; those of HTTP/2 are admitted as streams. */
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
