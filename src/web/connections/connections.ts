import type { IncomingMessage, ServerResponse } from "node:http";
import type { ServerHttp2Session, ServerHttp2Stream } from "node:http2";
import type { BlockList, Socket } from "node:net";

import { clientAddress, isProxy } from "./client-address.js";
import { AddressUse, attachConnection, Connection, connectionOf } from "./connection.js";
import { endLargest } from "./buffered-bytes.js";
import {
  type ConnectionLimits,
  connectionLimits,
  LOOKED_AT_EVERY_MS,
  LOOKS_PER_S,
  PIPELINED_PER_CONNECTION,
  STREAMS_PER_CONNECTION,
} from "./connection-limits.js";
import { type Exchange, isOver, isStream, type RequestKind } from "./exchange.js";
import { FairQueue } from "./fair-queue.js";
import { descriptorsMax } from "./descriptors.js";
import { paceHttp2 } from "./http2-turns.js";
import { connectionToEnd } from "./make-room.js";
import { isPastItsLimits } from "./check-connection.js";
import { type RequestRefusal, refusalOf } from "./request-refusal.js";
import { RequestCounts } from "./request-counts.js";
import { refuseStream } from "./refuse-stream.js";

/** The operator's settings for connections. */
export interface ConnectionOptions {
  /** Most open connections in all. The process's limit on file descriptors applies as well. */
  readonly max?: number | undefined;
  /** Trusted proxies in front of the service: the limits per address do not apply to theirs. */
  readonly proxies?: BlockList | undefined;
}

/** Creates the registry that all ports of a process share. */
export function createConnections({ max, proxies }: ConnectionOptions = {}): Connections {
  return new Connections(connectionLimits(descriptorsMax(), max), proxies);
}

/**
 * All connections of a process, on every port, and the requests that each address has under way.
 * Requests are counted as they begin and end. Ten times a second, one timer checks every connection for slow readers
 * and overdue clients. So a request costs little, and no connection needs a timer.
 */
export class Connections {
  readonly #limits: ConnectionLimits;
  readonly #proxies: BlockList | undefined;
  readonly #all = new Set<Connection>();
  /** Those that gave way to newer ones of their address, and end soon; the first of them first. */
  readonly #leaving = new Set<Connection>();
  readonly #queue = new FairQueue();
  #looks = 0;
  readonly #uses = new Map<string, AddressUse>();
  readonly #counts = new RequestCounts();
  #timer: NodeJS.Timeout | undefined;
  /** Time of the last check, in milliseconds; exact enough for requests. */
  #now = performance.now();

  constructor(limits: ConnectionLimits, proxies: BlockList | undefined) {
    this.#limits = limits;
    this.#proxies = proxies;
  }

  /** Number of open connections. */
  get size(): number {
    return this.#all.size;
  }

  /** Number of requests under way. */
  get requests(): number {
    return this.#counts.requests;
  }

  /** Registers a new connection. Where there are too many, ends it and returns undefined. */
  open(socket: Socket, isTls: boolean): Connection | undefined {
    this.#queue.connectionArrived();
    const { remoteAddress } = socket;
    const use = remoteAddress === undefined ? undefined : this.#useOf(remoteAddress);
    if (use === undefined || !this.#hasRoom(use)) return void socket.destroy();
    this.#timer ??= this.#start();
    const connection = new Connection(socket, isTls, use, this.#queue, this.#now);
    this.#uses.set(use.address, use);
    use.connections.add(connection);
    this.#all.add(connection);
    attachConnection(socket, connection);
    socket.once("close", () => this.#close(connection));
    return connection;
  }

  /** Notes that the TLS handshake is finished. */
  secured(connection: Connection, socket: Socket): void {
    attachConnection(socket, connection);
    connection.socket = socket;
    connection.stageAt = this.#now;
  }

  /** Notes that the connection speaks HTTP/2. */
  speaksHttp2(connection: Connection, session: ServerHttp2Session): void {
    attachConnection(session, connection);
    connection.session = session;
    connection.stageAt = this.#now;
    const share = this.#limits.requestsPerAddress / connection.use.connections.size;
    if (share < STREAMS_PER_CONNECTION && !connection.use.isProxy)
      session.settings({ maxConcurrentStreams: Math.ceil(share) }); // nghttp2 refuses streams more cheaply.
    session.once("remoteSettings", () => {
      connection.isEstablished = true;
      connection.idleSince = this.#now;
    });
  }

  /** Admits an HTTP/2 stream and calls `begin` now or soon, or closes the stream. */
  beginStream(stream: ServerHttp2Stream, kind: RequestKind, begin: () => void): void {
    // A stream that breaks off is no bug, and its handler may not have noticed yet.
    stream.on("error", ignore);
    const connection = stream.session === undefined ? undefined : connectionOf(stream.session);
    if (connection === undefined || connection.haltedAt !== undefined || isOver(stream)) return;
    const admission = this.#begin(connection, stream, kind);
    if (admission === "admitted") return this.#inTurn(connection, stream, kind, begin);
    refuseStream(stream, admission);
    connection.countRefusal();
  }

  /** Admits an HTTP/1.1 request and calls `begin` now or soon; or calls `refuse`, or ends the connection. */
  beginRequest(
    { socket }: IncomingMessage,
    response: ServerResponse,
    kind: RequestKind,
    begin: () => void,
    refuse: (reason: RequestRefusal) => void,
  ): void {
    const connection = connectionOf(socket);
    if (connection === undefined || connection.haltedAt !== undefined || socket.destroyed) return;
    // The client sends requests without waiting for responses.
    if (connection.requests.size >= PIPELINED_PER_CONNECTION) return connection.halt();
    const admission = this.#begin(connection, response, kind);
    if (admission !== "admitted") return refuse(admission);
    const inTurn = (): void => this.#inTurn(connection, response, kind, begin);
    if (connection.requests.size === 1) inTurn();
    else connection.pipelined.push(inTurn);
  }

  #inTurn(connection: Connection, exchange: Exchange, kind: RequestKind, begin: () => void): void {
    if (this.#queue.mayBegin(connection, kind) && !(connection.givesUp && isStream(exchange))) return begin();
    this.#queue.add(connection, () => {
      // Where the client has gone, there is nothing to do.
      if (!isOver(exchange) && connection.haltedAt === undefined) begin();
    });
  }

  #begin(connection: Connection, exchange: Exchange, kind: RequestKind): RequestRefusal | "admitted" {
    const refusal = refusalOf(kind, connection, this.#counts, this.#limits);
    if (refusal !== undefined) return refusal;
    connection.hadRequest = true;
    connection.requests.set(exchange, this.#now);
    this.#counts.begin(connection, exchange, kind);
    attachConnection(exchange, connection);
    exchange.on("close", this.#ended);
    return "admitted";
  }

  /** One listener for all exchanges, instead of a closure for each. */
  readonly #ended = ((connections) =>
    function (this: Exchange): void {
      const connection = connectionOf(this);
      if (connection === undefined) return;
      connections.#end(connection, this);
      if ("aborted" in this && this.aborted) connection.countReset();
    })(this);

  #end(connection: Connection, exchange: Exchange): void {
    if (!connection.requests.delete(exchange)) return;
    if (connection.waitingSince.size > 0) connection.waitingSince.delete(exchange);
    this.#counts.end(connection, exchange);
    if (connection.requests.size === 0) connection.idleSince = this.#now;
    connection.pipelined.shift()?.();
  }

  #close(connection: Connection): void {
    if (!this.#all.delete(connection)) return;
    this.#leaving.delete(connection);
    connection.pipelined = [];
    this.#queue.drop(connection);
    for (const exchange of connection.requests.keys()) this.#end(connection, exchange);
    const { use } = connection;
    use.connections.delete(connection);
    if (use.connections.size === 0) this.#uses.delete(use.address);
    if (this.#all.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #useOf(remote: string): AddressUse {
    const address = clientAddress(remote);
    return this.#uses.get(address) ?? new AddressUse(address, isProxy(this.#proxies, remote), this.#proxies);
  }

  /** Where a limit is reached, ends a connection that the service does not work for, or has it leave its place. */
  #hasRoom({ connections, isProxy }: AddressUse): boolean {
    const limits = this.#limits;
    if (!isProxy && connections.size >= limits.connectionsPerAddress) {
      const ending = connectionToEnd(connections, this.#now);
      if (ending === undefined) return false;
      if (this.#leaving.size < limits.leaving && ending.giveWay()) this.#leaving.add(ending);
      else this.#remove(ending);
    }
    if (this.#all.size < limits.connections) return true;
    const [leaving = connectionToEnd(this.#all, this.#now)] = this.#leaving;
    if (leaving !== undefined) this.#remove(leaving);
    return leaving !== undefined;
  }

  #remove(connection: Connection): void {
    connection.destroy();
    this.#close(connection);
  }

  #start(): NodeJS.Timeout {
    this.#now = performance.now();
    return setInterval(() => this.#look(), LOOKED_AT_EVERY_MS).unref();
  }

  #look(): void {
    this.#now = performance.now();
    const isNewSecond = this.#looks++ % LOOKS_PER_S === 0;
    if (isNewSecond) this.#queue.nextSecond();
    for (const use of this.#uses.values()) {
      if (isNewSecond) use.forgetResets();
      paceHttp2(use, this.#looks);
    }
    for (const connection of this.#all) {
      if (isNewSecond) connection.forgetResets();
      if (connection.streaming.size > 0) this.#counts.uncountAnswered(connection);
      if (isPastItsLimits(connection, this.#now, this.#limits)) this.#remove(connection);
    }
    for (const connection of endLargest(this.#all, this.#limits)) this.#remove(connection);
  }
}

function ignore(): void {}
