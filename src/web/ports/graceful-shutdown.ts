import { type IncomingMessage, Server as HttpServer, type ServerResponse } from "node:http";
import type { Http2SecureServer, Http2Server, ServerHttp2Session } from "node:http2";
import type { Socket } from "node:net";

/** Server behind a port. */
export type Server = HttpServer | Http2Server | Http2SecureServer;

/**
 * Closes a port's connections so that no client's request goes unanswered: first announces the close while
 * requests are still answered, later ends idle connections.
 */
export interface GracefulShutdown {
  /** Tells clients to send no further requests. Call it repeatedly: a busy connection is told later. */
  announce(): void;
  /** Ends the connections without a request under way. */
  end(): void;
}

/**
 * HTTP/1.1: responses carry `connection: close`. An idle connection can only be ended, though its client may
 * just be sending a request.
 */
export function shutDownHttp1(server: Server, sockets: ReadonlySet<Socket>): GracefulShutdown {
  const newest = new WeakMap<Socket, ServerResponse>();
  let closing = false;
  server.prependListener("request", (request: IncomingMessage, response: ServerResponse) => {
    if (request.httpVersionMajor !== 1) return;
    newest.set(request.socket, response);
    if (closing) response.setHeader("connection", "close");
  });
  return {
    announce() {
      closing = true;
      for (const socket of sockets) {
        const response = newest.get(socket);
        if (response?.headersSent === false) response.setHeader("connection", "close");
      }
    },
    end() {
      if (speaksHttp1(server)) server.closeIdleConnections();
      if (!(server instanceof HttpServer)) return;
      // A browser's preconnect: Node does not regard a connection as idle before its first request.
      for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
    },
  };
}

/**
 * HTTP/2: a GOAWAY frame names the last stream that will be answered; the first one names the highest
 * possible.
 */
export function shutDownHttp2(server: Server): GracefulShutdown {
  const sessions = new Map<ServerHttp2Session, Socket>();
  const told = new WeakSet<ServerHttp2Session>();
  let opened: Socket | undefined;
  for (const event of ["connection", "secureConnection"]) {
    // Node creates the session during this event, so that it belongs to this socket.
    server.prependListener(event, (socket: Socket) => (opened = socket));
  }
  server.on("session", (session: ServerHttp2Session) => {
    if (opened === undefined) return;
    sessions.set(session, opened);
    session.once("close", () => sessions.delete(session));
  });
  return {
    announce() {
      for (const [session, socket] of sessions) {
        if (told.has(session) || isBusy(socket)) continue;
        told.add(session);
        if ("encrypted" in socket) session.close();
        else sayThatAllIsAnswered(session, socket);
      }
    },
    end() {
      for (const session of sessions.keys()) {
        Reflect.deleteProperty(session, "close");
        session.close();
      }
    },
  };
}

/** An HTTP/2 TLS server has it too, though not in its type. */
function speaksHttp1(server: object): server is Pick<HttpServer, "closeIdleConnections"> {
  return "closeIdleConnections" in server;
}

/** Returns a function that tells the milliseconds since the server's last request. */
export function watchArrivals(server: Server): () => number {
  let last = performance.now();
  // Not every HTTP/2 stream becomes a request of Node's.
  for (const event of ["request", "stream"]) server.prependListener(event, () => (last = performance.now()));
  return () => performance.now() - last;
}

/**
 * True while a write of Node's is pending: a second pending write that Node did not make would crash the
 * process. False for TLS sockets, past which nothing is written.
 */
function isBusy(socket: Socket): boolean {
  const handle: unknown = Reflect.get(socket, "_handle");
  if ("encrypted" in socket || typeof handle !== "object" || handle === null) return false;
  return !("writeQueueSize" in handle && handle.writeQueueSize === 0);
}

/**
 * Writes GOAWAY directly to the socket. Node's `goaway` and `close` ignore every later stream, including
 * those that the client sent before it received the frame; a client may retry them elsewhere, but not every
 * client does. Node writes whole frames, so this one cannot split another.
 *
 * Clients respond with GOAWAY, followed by requests that they had begun. On that frame Node would close the
 * session and ignore those requests, so `close` does nothing until `end`.
 */
function sayThatAllIsAnswered(session: ServerHttp2Session, socket: Socket): void {
  socket.write(GOING_AWAY);
  Object.assign(session, { close: () => {} });
}

/**
 * RFC 9113, 6.8: GOAWAY on stream 0 with eight bytes: the highest stream id (every stream is answered) and
 * NO_ERROR.
 */
const GOING_AWAY = Buffer.from([0, 0, 8, 7, 0, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0]);
