import type { ServerResponse } from "node:http";
import type { ServerHttp2Session, ServerHttp2Stream } from "node:http2";
import type { Socket } from "node:net";

import { RESETS_MAX, RESETS_PER_S } from "./limits.js";

/** Weight of a refusal: a connection ends after twenty. */
const REFUSED_AS_RESETS = RESETS_MAX / 20;

/** A request under way: an HTTP/2 stream, or an HTTP/1.1 response. */
export type Exchange = ServerHttp2Stream | ServerResponse;

/** Whether the client is gone, so that no response can reach it. */
export function isOver(exchange: Exchange): boolean {
  if ("req" in exchange) return exchange.destroyed || exchange.req.socket.destroyed;
  return exchange.destroyed || exchange.closed;
}

/** The connections of one address, and what they have under way. */
export class AddressUse {
  readonly connections = new Set<Connection>();
  requests = 0;
  streaming = 0;
  /** Recent calls that its clients reset. */
  resets = 0;

  readonly address: string;
  /** A trusted proxy relays many clients: the limits per address do not apply. */
  readonly isProxy: boolean;

  constructor(address: string, isProxy: boolean) {
    this.address = address;
    this.isProxy = isProxy;
  }

  /** Lets resets expire. Call it once a second. */
  forgetResets(): void {
    this.resets = Math.max(0, this.resets - RESETS_PER_S);
  }
}

/** One accepted connection, and what its client has under way on it. */
export class Connection {
  /** The accepted TCP socket. */
  readonly opened: Socket;
  readonly isTls: boolean;
  readonly use: AddressUse;
  /** Requests under way, and when each began, in milliseconds. */
  readonly requests = new Map<Exchange, number>();
  /** Streaming calls among the requests: their clients decide how long they last. */
  readonly streaming = new Set<Exchange>();
  /** Since when each response has had unsent bytes without a break. */
  readonly waitingSince = new Map<Exchange, number>();
  /** The socket that requests arrive on: the TLS socket once the handshake is finished. */
  socket: Socket;
  session: ServerHttp2Session | undefined;
  /** HTTP/2's first SETTINGS have arrived. */
  isEstablished = false;
  hadRequest = false;
  /** Requests in the second `countedIn`. */
  countedRequests = 0;
  countedIn = 0;
  /** Recent calls that the client reset, and refused ones. */
  resets = 0;
  /** When it opened, or reached the next stage (TLS, HTTP/2) before its first request. */
  stageAt: number;
  /** Since when no request has been under way. */
  idleSince: number;
  /** When its HTTP/2 session began to close. */
  closingAt: number | undefined;
  pingedAt: number | undefined;
  isPingAnswered = true;
  /** Bytes of unsent responses and of incomplete request bodies at the last check. */
  heldBytes = 0;
  /** Bytes received when last no request body was incomplete. */
  bytesReadBefore = 0;
  /** Bytes that the client had read at `takenAt`, since when unsent bytes have waited. */
  takenBytes = 0;
  takenAt: number | undefined;

  constructor(opened: Socket, isTls: boolean, use: AddressUse, now: number) {
    this.opened = this.socket = opened;
    this.isTls = isTls;
    this.use = use;
    this.stageAt = this.idleSince = now;
  }

  /**
   * Whether clients of its address (behind a trusted proxy: of this connection) have lately reset many calls.
   * A new call is then queued, so that a reset that arrived with it is read first.
   */
  get givesUp(): boolean {
    return (this.use.isProxy ? this.resets : this.use.resets) > RESETS_PER_S;
  }

  /** Lets resets expire. Call it once a second. */
  forgetResets(): void {
    this.resets = Math.max(0, this.resets - RESETS_PER_S);
  }

  /** Counts a call that the client reset; ends the connection above the limit. */
  countReset(): void {
    this.use.resets++;
    if (++this.resets > RESETS_MAX) this.destroy();
  }

  /** Counts a refused call. Refusing one costs Node as much as many resets, and more than the call. */
  countRefusal(): void {
    this.resets += REFUSED_AS_RESETS;
    this.countReset();
  }

  /** Ends the connection now, whatever is under way. Requests that have arrived but not begun never begin. */
  destroy(): void {
    this.session?.destroy();
    this.socket.destroy();
    // Also during a TLS handshake; and frees the descriptor without waiting for TLS's close.
    if (this.opened !== this.socket) this.opened.destroy();
  }
}

/**
 * The connection to end first, of those in opening order: the first that never had a request, else the first
 * idle one.
 */
export function longestIdle(connections: Iterable<Connection>): Connection | undefined {
  let idle: Connection | undefined;
  for (const connection of connections) {
    if (connection.requests.size > 0) continue;
    if (!connection.hadRequest) return connection;
    idle ??= connection;
  }
  return idle;
}

/** Links a socket, a session or a request to its connection. */
export function mark(object: object, connection: Connection): void {
  (object as Marked)[CONNECTION] = connection;
}

/** The connection of a socket, a session or a request. */
export function connectionOf(object: object): Connection | undefined {
  return (object as Marked)[CONNECTION];
}

/** A property, since a WeakMap costs the garbage collector time. */
const CONNECTION = Symbol("connection");

interface Marked {
  [CONNECTION]?: Connection;
}
