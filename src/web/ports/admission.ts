import {
  type Http2SecureServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";

import { whenHelloArrives } from "../connections/client-hello.js";
import type { Connection } from "../connections/connection.js";
import type { Connections } from "../connections/connections.js";
import type { RequestKind } from "../connections/exchange.js";
import { mustWaitForHttp2 } from "../connections/http2-turns.js";
import { sendFailure } from "../answers/failure.js";
import type { Server } from "./graceful-shutdown.js";
import type { Listener } from "./listener.js";
import type { RequestRefusal } from "../connections/request-refusal.js";
import { stopParsing } from "../connections/stop-parsing.js";

/** The handlers of a port. */
export interface Answering {
  readonly listener: Listener;
  /** Called first for each HTTP/2 stream; returns true where it handles the stream. Default: none. */
  readonly takeStream?: ((stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => boolean) | undefined;
  /** Paths of streaming calls, whose clients decide how long they last. */
  readonly streamingPaths?: ReadonlySet<string> | undefined;
  /** Paths of streaming calls that take an API key. */
  readonly keyedStreamingPaths?: ReadonlySet<string> | undefined;
  /** Paths that ask whether the service is alive or ready. */
  readonly probePaths?: ReadonlySet<string> | undefined;
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
    const begin = (): void => others.forEach((other) => other.call(server, socket));
    if (!isTls) return begin();
    keepUntilSecured(secured, socket, current);
    whenHelloArrives(socket, begin);
  });
  const handlers = server.listeners("secureConnection");
  server.removeAllListeners("secureConnection");
  const hadTurn = new WeakSet<Socket>();
  server.on("secureConnection", (socket: TLSSocket) => {
    current = secured.get(portOf(socket));
    if (current === undefined) {
      socket.destroy();
      return;
    }
    connections.secured(current, socket);
    const inTurn = (): void => {
      hadTurn.add(socket);
      server.emit("secureConnection", socket);
    };
    if (socket.alpnProtocol === "h2" && !hadTurn.has(socket) && mustWaitForHttp2(current, inTurn)) return;
    for (const handler of handlers) handler.call(server, socket);
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
  answering: Answering,
): void {
  const { takeStream } = answering;
  const others = server.listeners("stream");
  server.removeAllListeners("stream");
  // No rest parameter, which would allocate an array for each stream.
  const first = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, flags: number, raw: string[]) => {
    connections.beginStream(stream, kindOf(answering, headers[":path"] ?? ""), () => {
      if (takeStream?.(stream, headers) === true) return;
      for (const other of others) other.call(server, stream, headers, flags, raw);
    });
  };
  server.on("stream", first);
}

/** Connect ignores a query in the path. */
function kindOf(answering: Answering, target: string): RequestKind {
  const { streamingPaths = NONE, keyedStreamingPaths = NONE, probePaths = NONE } = answering;
  const query = target.indexOf("?");
  const path = query === -1 ? target : target.slice(0, query);
  if (streamingPaths.has(path)) return "streaming";
  if (keyedStreamingPaths.has(path)) return "keyed streaming";
  return probePaths.has(path) ? "probe" : "call";
}

const NONE: ReadonlySet<string> = new Set();

/** Admits each HTTP/1.1 request; those of HTTP/2 are admitted as streams. */
export function admittedRequests(connections: Connections, answering: Answering): Listener {
  const { listener } = answering;
  return (request, response) => {
    if ("stream" in response) return listener(request, response);
    connections.beginRequest(
      request as IncomingMessage,
      response,
      kindOf(answering, request.url ?? ""),
      () => listener(request, response),
      (reason) => {
        stopParsing(request.socket);
        refuse(reason, response);
      },
    );
  };
}

function refuse(reason: RequestRefusal, response: ServerResponse): void {
  const headers = { connection: "close", "retry-after": "1" };
  sendFailure(response, "service_unavailable", `There are ${reason} under way already.`, headers);
}
