import type { ServerHttp2Session } from "node:http2";
import type { BlockList, Socket } from "node:net";

import type { Exchange } from "./exchange.js";
import { RESETS_MAX, RESETS_PER_S } from "./connection-limits.js";
import { stopParsing, stopReading } from "./stop-parsing.js";

/** Weight of a refusal: a connection ends after twenty. */
const REFUSED_AS_RESETS = RESETS_MAX / 20;

/** The connections of one address, and what they have under way. */
export class AddressUse {
  readonly connections = new Set<Connection>();
  requests = 0;
  streaming = 0;
  /** Recent calls that its clients reset. */
  resets = 0;
  /** When one of its connections was last halted. */
  haltedAt = -Infinity;
  /** Begin HTTP/2 on connections that wait for it; see `mustWaitForHttp2`. */
  readonly waitingSessions = new Set<() => void>();
  /** Bytes that came over HTTP/2 beyond its rate, for which its connections are read no further. */
  bytesAhead = 0;
  isReadingPaused = false;

  readonly address: string;
  /** A trusted proxy relays many clients: the limits per address do not apply. */
  readonly isProxy: boolean;
  /** All trusted proxies; undefined if there are none. */
  readonly proxies: BlockList | undefined;

  constructor(address: string, isProxy: boolean, proxies?: BlockList) {
    this.address = address;
    this.isProxy = isProxy;
    this.proxies = proxies;
  }

  /** Lets resets expire. Call it once a second. */
  forgetResets(): void {
    this.resets = Math.max(0, this.resets - RESETS_PER_S);
  }
}

/** Who may work now, and who waits. */
interface Turns {
  mayBegin(connection: Connection, kind: "call"): boolean;
  add(connection: Connection, begin: () => void): void;
}

/** A streaming call under way. */
export interface StreamingCall {
  readonly isKeyed: boolean;
  /** Whether it counts as a request: until its answer begins. From then on it only waits. */
  isRequest: boolean;
}

/** One accepted connection, and what its client has under way on it. */
export class Connection {
  /** The accepted TCP socket. */
  readonly opened: Socket;
  readonly isTls: boolean;
  readonly use: AddressUse;
  /** Calls `work` once: now, or in this connection's turn. */
  readonly inTurn: (work: () => void) => void;
  /** Requests under way, and when each began, in milliseconds. */
  readonly requests = new Map<Exchange, number>();
  /** Streaming calls among the requests: their clients decide how long they last. */
  readonly streaming = new Map<Exchange, StreamingCall>();
  /** Those of them that are not keyed. */
  openStreaming = 0;
  /** Since when each response has had unsent bytes without a break. */
  readonly waitingSince = new Map<Exchange, number>();
  /** Begin HTTP/1.1 requests that wait until those before them are answered: their responses would wait too. */
  pipelined: (() => void)[] = [];
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
  /** When `halt` was called. */
  haltedAt: number | undefined;
  pingedAt: number | undefined;
  isPingAnswered = true;
  /** Bytes of unsent responses and of incomplete request bodies at the last check. */
  heldBytes = 0;
  /** Bytes received when last no request body was incomplete. */
  bytesReadBefore = 0;
  /** Bytes that the client had read at `takenAt`, since when unsent bytes have waited. */
  takenBytes = 0;
  takenAt: number | undefined;
  /** Bytes received over HTTP/2 at the last check. */
  countedBytes = 0;

  constructor(opened: Socket, isTls: boolean, use: AddressUse, queue: Turns, now: number) {
    this.opened = this.socket = opened;
    this.isTls = isTls;
    this.use = use;
    this.inTurn = (work) => (queue.mayBegin(this, "call") ? work() : queue.add(this, work));
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

  /** Counts a call that the client reset; halts the connection above the limit. */
  countReset(): void {
    this.use.resets++;
    if (++this.resets > RESETS_MAX) this.halt();
  }

  /** Counts a refused call. Refusing one costs Node as much as many resets, and more than the call. */
  countRefusal(): void {
    this.resets += REFUSED_AS_RESETS;
    this.countReset();
  }

  /**
   * Takes nothing more from the client, and begins none of its requests. The caller of `isPastItsLimits` ends the
   * connection some seconds later: if it ended now, a flooding client would have the next one at once, and could
   * have as much parsed again.
   */
  halt(): void {
    this.use.haltedAt = this.haltedAt ??= performance.now();
    stopParsing(this.socket);
    stopReading(this.socket);
  }

  /**
   * Leaves its place among the connections of its address to a newer one, and takes nothing more from its client. If
   * it ended at once, a flooding client would have the next one at once. Returns false where it must end: its client
   * had an answer and may ask again.
   */
  giveWay(): boolean {
    if (this.hadRequest || this.session !== undefined) return false;
    this.haltedAt ??= performance.now();
    stopParsing(this.socket);
    stopReading(this.socket);
    this.use.connections.delete(this);
    return true;
  }

  /**
   * Ends the connection, whatever is under way. Requests that have arrived but not begun never begin. May be
   * called more than once.
   */
  destroy(): void {
    stopParsing(this.socket);
    stopReading(this.socket);
    this.haltedAt ??= performance.now();
    const { session } = this;
    if (session === undefined) return this.#destroySockets();
    // Never inside an event of the session: Node goes on with what it has read, and where the session is
    // destroyed meanwhile, the process ends with an assertion or with corrupted memory.
    setImmediate(() => {
      session.destroy();
      this.#destroySockets();
    });
  }

  #destroySockets(): void {
    this.socket.destroy();
    // Also during a TLS handshake; and frees the descriptor without waiting for TLS's close.
    if (this.opened !== this.socket) this.opened.destroy();
  }
}

/** Links a socket, a session or a request to its connection. */
export function attachConnection(object: object, connection: Connection): void {
  (object as Attached)[CONNECTION] = connection;
}

/** The connection of a socket, a session or a request. */
export function connectionOf(object: object): Connection | undefined {
  return (object as Attached)[CONNECTION];
}

/** A property, since a WeakMap costs the garbage collector time. */
const CONNECTION = Symbol("connection");

interface Attached {
  [CONNECTION]?: Connection;
}
