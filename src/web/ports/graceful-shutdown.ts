import { type IncomingMessage, Server as HttpServer, type ServerResponse } from "node:http";
import type { Http2SecureServer, Http2Server, ServerHttp2Session } from "node:http2";
import type { Socket } from "node:net";

/** A server that a port may be opened with. */
export type Server = HttpServer | Http2Server | Http2SecureServer;

/**
 * How a port that closes parts from its clients, so that none of them has sent a request which nobody
 * answers: first it tells them, and goes on answering; later it ends what is idle.
 */
export interface GracefulShutdown {
  /**
   * From now on whoever gets an answer is told to send nothing more. To be repeated: not everybody can be
   * told at once.
   */
  announce(): void;
  /** Ends the connections that have nothing under way. */
  end(): void;
}

/**
 * Over HTTP/1.1 an answer says `connection: close`; an idle connection can only be ended, which its client
 * may just be using.
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
      // Opened ahead of a need that never came: to Node such a connection is not idle, it waits for its first request.
      for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
    },
  };
}

/**
 * HTTP/2 has a frame for it, which names the last stream that will be answered: at first any, where that can
 * be said.
 */
export function shutDownHttp2(server: Server): GracefulShutdown {
  const sessions = new Map<ServerHttp2Session, Socket>();
  const told = new WeakSet<ServerHttp2Session>();
  let opened: Socket | undefined;
  for (const event of ["connection", "secureConnection"]) {
    // A session is made while the server is told of its socket.
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

/** A server of TLS has it as well, which its type does not say. */
function speaksHttp1(server: object): server is Pick<HttpServer, "closeIdleConnections"> {
  return "closeIdleConnections" in server;
}

/** How long no request has arrived at a server since it is watched, in milliseconds. */
export function watchArrivals(server: Server): () => number {
  let last = performance.now();
  // HTTP/2 has streams, of which not all become requests of Node's.
  for (const event of ["request", "stream"]) server.prependListener(event, () => (last = performance.now()));
  return () => performance.now() - last;
}

/**
 * True while something that Node has written waits: it ends the process if a write that it knows nothing of has to wait
 * as well. Of TLS, past which nothing is written, it never is.
 */
function isBusy(socket: Socket): boolean {
  const handle: unknown = Reflect.get(socket, "_handle");
  if ("encrypted" in socket || typeof handle !== "object" || handle === null) return false;
  return !("writeQueueSize" in handle && handle.writeQueueSize === 0);
}

/**
 * The frame is written past Node, whose own `goaway` and `close` overhear every stream from then on, also
 * those that were sent before the client could know; a client may send them again elsewhere, but not every
 * client does. It stands between two others, since Node writes whole frames.
 *
 * Clients answer with the same frame, and requests that they had begun arrive behind it: there Node would
 * close the session, and overhear them too. So it cannot, until `end`.
 */
function sayThatAllIsAnswered(session: ServerHttp2Session, socket: Socket): void {
  socket.write(GOING_AWAY);
  Object.assign(session, { close: () => {} });
}

/**
 * RFC 9113, 6.8: eight bytes of GOAWAY on stream 0, which say that every stream will be answered and nothing
 * is wrong.
 */
const GOING_AWAY = Buffer.from([0, 0, 8, 7, 0, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0]);
