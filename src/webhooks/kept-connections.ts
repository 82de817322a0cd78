import type { Socket } from "node:net";

import type { buildConnector, Dispatcher } from "undici";
import Client from "undici/lib/dispatcher/client.js";

import { type Connect, skipContinue } from "./connect.js";

/**
 * How long a connection must be quiet behind an answer before it is used again: a second answer to that request comes
 * right behind the first one, and would be taken for the answer to the next request.
 */
export const QUIET_MS = 20;

/** Beside this many connections to one host without a request, one that becomes free is closed. */
const KEPT_CONNECTIONS_MAX = 256;

/** A connection without a request is closed after this time, or a second before the host says that it closes it. */
const KEPT_MS = 60_000;

/** What is posted. */
export interface PostedContent {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** The connections that one `Connect` has opened, to any hosts. Those without a request are kept for the next one. */
export class KeptConnections {
  readonly #connect: Connect;
  readonly #all = new Set<Connection>();
  /** By their origins: the one that was used last stands last. */
  readonly #free = new Map<string, Connection[]>();

  constructor(connect: Connect) {
    this.#connect = connect;
  }

  /** Takes the connection that was used last, or opens one. An origin has a scheme, a host and a port. */
  take(origin: string): Connection {
    return this.#free.get(origin)?.pop() ?? this.open(origin);
  }

  open(origin: string): Connection {
    const made = new Connection(origin, this.#connect, () => this.#forget(made));
    this.#all.add(made);
    return made;
  }

  /** Has a connection whose answer is complete rest, and keeps it if nothing has come on it meanwhile. */
  rest(connection: Connection): void {
    setTimeout(() => this.#keep(connection), QUIET_MS).unref();
  }

  close(): void {
    for (const connection of this.#all) connection.close();
  }

  #keep(connection: Connection): void {
    if (!this.#all.has(connection)) return; // It was closed.
    const free = this.#free.get(connection.origin) ?? [];
    if (free.length >= KEPT_CONNECTIONS_MAX) return connection.close();
    if (free.push(connection) === 1) this.#free.set(connection.origin, free);
  }

  #forget(connection: Connection): void {
    this.#all.delete(connection);
    const others = this.#free.get(connection.origin)?.filter((other) => other !== connection) ?? [];
    if (others.length > 0) this.#free.set(connection.origin, others);
    else this.#free.delete(connection.origin);
  }
}

/**
 * One connection, for one request at a time. What comes on it while no request is under way closes it: it would be
 * taken for the answer to the next one, and an event that was never received would count as received.
 */
export class Connection {
  readonly origin: string;
  readonly #client: Client;
  readonly #closed: () => void;
  #socket: Socket | undefined;
  /** Called before each request, once there is a socket. */
  #expectAnswer: () => void = () => undefined;
  #requests = 0;
  #readBefore = 0;

  constructor(origin: string, connect: Connect, closed: () => void) {
    this.origin = origin;
    this.#closed = closed;
    this.#client = new Client(origin, {
      // An exchange has one limit for the whole of an answer.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: KEPT_MS,
      connect: (_, done) => this.#open(connect, done),
    });
  }

  /** Whether the host has closed it just when it was used again, so that it has not seen the request. */
  get wasClosedBefore(): boolean {
    return (
      this.#requests > 1 && this.#socket?.destroyed === true && this.#socket.bytesRead === this.#readBefore
    );
  }

  /** The handler is told of the answer. */
  post(path: string, { headers, body }: PostedContent, handler: Dispatcher.DispatchHandler): void {
    this.#requests++;
    this.#readBefore = this.#socket?.bytesRead ?? 0;
    this.#expectAnswer();
    this.#client.dispatch({ method: "POST", path, headers, body }, handler);
  }

  /** Whatever is under way ends with an error. */
  close(): void {
    this.#client.destroy(() => undefined);
    this.#socket?.destroy();
    this.#closed();
  }

  #open(connect: Connect, done: buildConnector.Callback): void {
    this.#socket = connect(this.origin, (error, socket) =>
      error === null ? done(null, socket) : done(error, null),
    );
    this.#socket.once("close", () => this.close());
    this.#expectAnswer = skipContinue(this.#socket);
    this.#expectAnswer();
  }
}
