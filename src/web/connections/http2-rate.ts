import type { AddressUse } from "./connection.js";
import { HTTP2_BYTES_AT_ONCE, HTTP2_BYTES_PER_S, LOOKS_PER_S } from "./connection-limits.js";
import { continueReading, stopReading } from "./stop-parsing.js";

/**
 * Reads an address's HTTP/2 connections no faster than the limits allow, whatever they send: also what belongs to
 * streams that are answered already takes time, and memory until the next garbage collection. Call it at
 * each of the regular looks.
 */
export function limitHttp2Rate(use: AddressUse): void {
  if (use.isProxy) return;
  use.bytesAhead = Math.max(0, use.bytesAhead - HTTP2_BYTES_PER_S / LOOKS_PER_S);
  for (const connection of use.connections) {
    if (connection.session === undefined) continue;
    const { bytesRead } = connection.opened;
    use.bytesAhead += bytesRead - connection.countedBytes;
    connection.countedBytes = bytesRead;
  }
  const isTooFast = use.bytesAhead > HTTP2_BYTES_AT_ONCE;
  if (!isTooFast && !use.isReadingPaused) return;
  use.isReadingPaused = isTooFast;
  for (const connection of use.connections) {
    if (connection.session === undefined || connection.haltedAt !== undefined) continue;
    if (isTooFast) stopReading(connection.socket);
    else continueReading(connection.socket);
  }
}
