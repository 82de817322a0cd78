import type { ServerHttp2Session } from "node:http2";
import type { Socket } from "node:net";

import type { Connection } from "./connection.js";
import { endExchange, type Exchange, isBodyWhole, isStream } from "./exchange.js";
import { BODY_BYTES_MAX, type ConnectionLimits, HALTED_MS, READER_BYTES_PER_S } from "./connection-limits.js";

/**
 * Checks one connection: updates `heldBytes`, and returns whether the caller must end the connection. Ends
 * single overdue requests itself, and asks idle HTTP/2 clients to close. `now` is in milliseconds.
 */
export function isPastItsLimits(connection: Connection, now: number, limits: ConnectionLimits): boolean {
  if (connection.haltedAt !== undefined) {
    connection.heldBytes = 0;
    return now - connection.haltedAt > HALTED_MS;
  }
  if (connection.requests.size > 0) return isBusyTooLong(connection, now, limits);
  connection.heldBytes = 0;
  connection.takenAt = undefined;
  connection.bytesReadBefore = connection.opened.bytesRead;
  return isIdleTooLong(connection, now, limits);
}

/** Time that a client has to close its connection after GOAWAY. */
const CLOSING_MS = 5000;

/** The reader of a body has the same time limit; this leaves it a moment to send the error. */
const TOLD_WITHIN_MS = 1000;

function isIdleTooLong(connection: Connection, now: number, limits: ConnectionLimits): boolean {
  const { session, closingAt, idleSince, pingedAt } = connection;
  if (!hasBegun(connection)) return now - connection.stageAt > limits.firstByteMs;
  if (closingAt !== undefined) return now - closingAt > CLOSING_MS;
  const idleMs = now - idleSince;
  // Node itself ends idle HTTP/1.1 connections, since it knows whether a request is just arriving.
  if (session === undefined) return idleMs > limits.idleMs + limits.requestMs + TOLD_WITHIN_MS;
  if (idleMs > limits.idleMs) {
    connection.closingAt = now;
    session.close();
  } else if (idleMs > limits.idleAskedMs) {
    if (pingedAt === undefined || pingedAt < idleSince) ping(connection, session, now);
    else return !connection.isPingAnswered && now - pingedAt > limits.idleAnswerMs;
  }
  return false;
}

/** True once HTTP/2's first SETTINGS, or the first byte of an HTTP/1.1 request, have arrived. */
function hasBegun({ hadRequest, isEstablished, session, isTls, socket, opened }: Connection): boolean {
  if (hadRequest || isEstablished) return true;
  if (session !== undefined || (isTls && socket === opened)) return false;
  return socket.bytesRead > 0;
}

/**
 * Sends an HTTP/2 PING. Node 20 stops reading a connection whose client does not speak HTTP/2: such a
 * connection never ends by itself, and Node does not notice when the client closes it.
 */
function ping(connection: Connection, session: ServerHttp2Session, now: number): void {
  connection.pingedAt = now;
  connection.isPingAnswered = false;
  if (session.closed || session.destroyed) return;
  session.ping((error: Error | null) => (connection.isPingAnswered = error === null));
}

function isBusyTooLong(connection: Connection, now: number, limits: ConnectionLimits): boolean {
  let waitingBytes = 0;
  let bodies = 0;
  for (const [exchange, since] of connection.requests) {
    const waiting = exchange.writableLength;
    waitingBytes += waiting;
    if (!isBodyWhole(exchange) && !connection.streaming.has(exchange)) {
      // What is left of an answered request over HTTP/1.1 is dropped, and takes no memory. A session of HTTP/2 may keep
      // what it has read.
      if (isStream(exchange) || !exchange.headersSent) bodies++;
      if (now - since > limits.requestMs + TOLD_WITHIN_MS) endExchange(exchange);
    }
    if (isReadTooSlowly(connection, exchange, waiting, now, limits)) endExchange(exchange);
  }
  connection.heldBytes = waitingBytes + bodyBytes(connection, bodies);
  return isStalled(connection, waitingBytes, now, limits) || isGoneWhileStreaming(connection, now, limits);
}

/** Whether the client reads one response too slowly, though it may be reading others of the connection. */
function isReadTooSlowly(
  { waitingSince }: Connection,
  exchange: Exchange,
  waiting: number,
  now: number,
  { stalledMs }: ConnectionLimits,
): boolean {
  const since = waitingSince.get(exchange);
  if (waiting === 0) {
    if (since !== undefined) waitingSince.delete(exchange);
    return false;
  }
  if (since === undefined) waitingSince.set(exchange, now);
  return since !== undefined && now - since > stalledMs + (waiting / READER_BYTES_PER_S) * 1000;
}

/** Upper bound: bytes that arrived meanwhile may belong to other requests. */
function bodyBytes(connection: Connection, bodies: number): number {
  const { bytesRead } = connection.opened;
  if (bodies > 0) return Math.min(bodies * BODY_BYTES_MAX, bytesRead - connection.bytesReadBefore);
  connection.bytesReadBefore = bytesRead;
  return 0;
}

/** Whether the client has all but stopped reading. */
function isStalled(connection: Connection, waiting: number, now: number, limits: ConnectionLimits): boolean {
  const { takenAt } = connection;
  if (waiting === 0) connection.takenAt = undefined;
  if (waiting === 0 || (takenAt !== undefined && now - takenAt <= limits.stalledMs)) return false;
  const takenBytes = takenOf(connection.opened);
  const taken = takenBytes - connection.takenBytes;
  connection.takenAt = now;
  connection.takenBytes = takenBytes;
  return takenAt !== undefined && taken < (limits.stalledMs / 1000) * READER_BYTES_PER_S;
}

/** Bytes that the system has accepted for sending, including those that HTTP/2 writes past the socket object. */
function takenOf(opened: Socket): number {
  const handle: unknown = Reflect.get(opened, "_handle");
  const queued = typeof handle === "object" && handle !== null ? Reflect.get(handle, "writeQueueSize") : 0;
  return opened.bytesWritten - (typeof queued === "number" ? queued : 0);
}

/** Pings a client that has only streaming calls; true where it does not answer. */
function isGoneWhileStreaming(connection: Connection, now: number, limits: ConnectionLimits): boolean {
  const { session, pingedAt, streaming, requests } = connection;
  if (session === undefined || streaming.size < requests.size) return false;
  if (pingedAt !== undefined && !connection.isPingAnswered) return now - pingedAt > limits.streamingAnswerMs;
  if (now - (pingedAt ?? connection.stageAt) > limits.streamingAskedMs) ping(connection, session, now);
  return false;
}
