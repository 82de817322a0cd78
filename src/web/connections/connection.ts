import type { ServerResponse } from "node:http";
import type { ServerHttp2Session, ServerHttp2Stream } from "node:http2";
import type { Socket } from "node:net";

import { RESETS_MAX, RESETS_PER_S } from "./limits.js";

/** After twenty refusals a connection ends. */
const REFUSED_AS_RESETS = RESETS_MAX / 20;

/** A request under way, seen from its answer: a stream of HTTP/2, or a response of HTTP/1.1. */
export type Exchange = ServerHttp2Stream | ServerResponse;

/** Whether its client is not there any more to have an answer. */
export function isOver(exchange: Exchange): boolean {
  if ("req" in exchange) return exchange.destroyed || exchange.req.socket.destroyed;
  return exchange.destroyed || exchange.closed;
}

/** What all connections of one address have under way. */
export class AddressUse {
  readonly connections = new Set<Connection>();
  requests = 0;
  streaming = 0;
  /** Calls that clients there gave up; each is forgotten after a while. */
  resets = 0;

  readonly address: string;
  /** A proxy's clients come from one address: the limits of an address do not hold for it. */
  readonly isProxy: boolean;

  constructor(address: string, isProxy: boolean) {
    this.address = address;
    this.isProxy = isProxy;
  }

  /** To be called once a second. */
  forgetResets(): void {
    this.resets = Math.max(0, this.resets - RESETS_PER_S);
  }
}

/** One connection that a port has taken, and what its client has under way on it. */
export class Connection {
  /** The socket that the port has taken. */
  readonly opened: Socket;
  readonly isTls: boolean;
  readonly use: AddressUse;
  /** Requests under way, and when each began. */
  readonly requests = new Map<Exchange, number>();
  /** Those that last as long as their client likes. */
  readonly streaming = new Set<Exchange>();
  /** Since when an answer has waited for its reader, without a moment in which nothing waited. */
  readonly waitingSince = new Map<Exchange, number>();
  /** The socket that requests come from: of TLS, once its handshake is finished, that of TLS. */
  socket: Socket;
  session: ServerHttp2Session | undefined;
  /** The handshake of TLS, and the first SETTINGS of HTTP/2, are there. */
  isEstablished = false;
  hadRequest = false;
  /** How many requests it had in the second `countedIn`. */
  countedRequests = 0;
  countedIn = 0;
  /** Calls that its client gave up, and those that were one too many; each is forgotten after a while. */
  resets = 0;
  /** When it was opened, or went on to its next stage before the first request. */
  stageAt: number;
  /** Since when it has no request under way. */
  idleSince: number;
  /** When its session was told to take no more streams. */
  closingAt: number | undefined;
  pingedAt: number | undefined;
  isPingAnswered = true;
  /** Bytes of answers that wait, and of bodies that are not whole, when it was looked at last. */
  heldBytes = 0;
  /** How many bytes had arrived when no body was under way. */
  bytesReadBefore = 0;
  /** How many bytes its reader had taken at a time from which on something has waited. */
  takenBytes = 0;
  takenAt: number | undefined;

  constructor(opened: Socket, isTls: boolean, use: AddressUse, now: number) {
    this.opened = this.socket = opened;
    this.isTls = isTls;
    this.use = use;
    this.stageAt = this.idleSince = now;
  }

  /**
   * Whether clients of its address, or of a proxy its own, have lately given up many calls: then the end of a
   * call may have arrived with it, and it is looked at first.
   */
  get givesUp(): boolean {
    return (this.use.isProxy ? this.resets : this.use.resets) > RESETS_PER_S;
  }

  /** To be called once a second. */
  forgetResets(): void {
    this.resets = Math.max(0, this.resets - RESETS_PER_S);
  }

  /** Its client gave a call up. */
  countReset(): void {
    this.use.resets++;
    if (++this.resets > RESETS_MAX) this.destroy();
  }

  /** Its client sent a call too many. For Node to refuse it costs as much as many resets, and more than the call. */
  countRefusal(): void {
    this.resets += REFUSED_AS_RESETS;
    this.countReset();
  }

  /** Ends it at once, whatever is under way; what has arrived of it already begins nothing more. */
  destroy(): void {
    this.session?.destroy();
    this.socket.destroy();
    // Of TLS also where the handshake is not finished; and the descriptor is freed whatever TLS still wants to say.
    if (this.opened !== this.socket) this.opened.destroy();
  }
}

/** Of connections in the order of their opening: the first that never had a request, or else that has none now. */
export function longestIdle(connections: Iterable<Connection>): Connection | undefined {
  let idle: Connection | undefined;
  for (const connection of connections) {
    if (connection.requests.size > 0) continue;
    if (!connection.hadRequest) return connection;
    idle ??= connection;
  }
  return idle;
}

/** Notes which connection a socket, a session or a request under way belongs to. */
export function mark(object: object, connection: Connection): void {
  (object as Marked)[CONNECTION] = connection;
}

/** The connection that a socket, a session or a request under way belongs to. */
export function connectionOf(object: object): Connection | undefined {
  return (object as Marked)[CONNECTION];
}

/** Not a weak map, which is work for the garbage collector. */
const CONNECTION = Symbol("connection");

interface Marked {
  [CONNECTION]?: Connection;
}
