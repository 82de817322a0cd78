import { constants, type ServerHttp2Session } from "node:http2";
import type { Socket } from "node:net";

import type { Connection, Exchange } from "./connection.js";
import { BODY_BYTES_MAX, type ConnectionLimits, READER_BYTES_PER_S } from "./limits.js";

/**
 * Looks at one connection: counts the bytes that it holds, and says whether it must end. What can be ended
 * without the rest of the connection, a request or the right to send more, is ended here.
 */
export function isOverdue(connection: Connection, now: number, limits: ConnectionLimits): boolean {
  if (connection.requests.size > 0) return isBusyTooLong(connection, now, limits);
  connection.heldBytes = 0;
  connection.takenAt = undefined;
  connection.bytesReadBefore = connection.opened.bytesRead;
  return isIdleTooLong(connection, now, limits);
}

/** A client that was told to open no more streams has so long to close the connection. */
const CLOSING_MS = 5000;

/** Who reads a body has the same limit of time, and a moment to tell it. */
const TOLD_WITHIN_MS = 1000;

function isIdleTooLong(connection: Connection, now: number, limits: ConnectionLimits): boolean {
  const { session, closingAt, idleSince, pingedAt } = connection;
  if (!hasBegun(connection)) return now - connection.stageAt > limits.firstByteMs;
  if (closingAt !== undefined) return now - closingAt > CLOSING_MS;
  const idleMs = now - idleSince;
  // Node ends idle connections of HTTP/1.1 itself, and knows whether a request is just arriving on one.
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

/** With HTTP/2 its first SETTINGS are there, with HTTP/1.1 the first byte of a request. */
function hasBegun({ hadRequest, isEstablished, session, isTls, socket, opened }: Connection): boolean {
  if (hadRequest || isEstablished) return true;
  if (session !== undefined || (isTls && socket === opened)) return false;
  return socket.bytesRead > 0;
}

/**
 * Asks a client of HTTP/2 whether it is still there. On Node 20 a connection on which came what is no HTTP/2
 * is never read again: neither does it end by itself then, nor is the client's end of it seen.
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
      bodies++;
      if (now - since > limits.requestMs + TOLD_WITHIN_MS) end(exchange);
    }
    if (isReadTooSlowly(connection, exchange, waiting, now, limits)) end(exchange);
  }
  connection.heldBytes = waitingBytes + bodyBytes(connection, bodies);
  return isStalled(connection, waitingBytes, now, limits) || isGoneWhileStreaming(connection, now, limits);
}

function isBodyWhole(exchange: Exchange): boolean {
  if ("req" in exchange) return exchange.req.complete;
  return exchange.endAfterHeaders || exchange.readableEnded;
}

function end(exchange: Exchange): void {
  if ("req" in exchange) exchange.destroy();
  else exchange.close(constants.NGHTTP2_CANCEL);
}

/** One answer that waits, while the reader may take others of the same connection. */
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

/** At most: what came while a body was under way may have belonged to others. */
function bodyBytes(connection: Connection, bodies: number): number {
  const { bytesRead } = connection.opened;
  if (bodies > 0) return Math.min(bodies * BODY_BYTES_MAX, bytesRead - connection.bytesReadBefore);
  connection.bytesReadBefore = bytesRead;
  return 0;
}

/** Its reader takes nothing any more, or next to nothing. */
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

/** What was written on a connection, by HTTP/2 past its socket, without what the system has not taken yet. */
function takenOf(opened: Socket): number {
  const handle: unknown = Reflect.get(opened, "_handle");
  const queued = typeof handle === "object" && handle !== null ? Reflect.get(handle, "writeQueueSize") : 0;
  return opened.bytesWritten - (typeof queued === "number" ? queued : 0);
}

/** Calls that last as long as their client likes end with it. */
function isGoneWhileStreaming(connection: Connection, now: number, limits: ConnectionLimits): boolean {
  const { session, pingedAt, streaming, requests } = connection;
  if (session === undefined || streaming.size < requests.size) return false;
  if (pingedAt !== undefined && !connection.isPingAnswered) return now - pingedAt > limits.streamingAnswerMs;
  if (now - (pingedAt ?? connection.stageAt) > limits.streamingAskedMs) ping(connection, session, now);
  return false;
}
