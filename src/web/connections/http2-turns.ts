import type { AddressUse, Connection } from "./connection.js";
import { limitHttp2Rate } from "./http2-rate.js";
import { HALTED_MS, LOOKS_PER_S } from "./connection-limits.js";

/**
 * Whether an HTTP/2 session must wait for its turn, since connections of its address were halted lately; `begin` is
 * then called in its turn. Node parses all of the 64 KB that it has read before the service can refuse a stream, an
 * object for each of a thousand streams: new connections would repeat that as fast as the client opens them.
 */
export function mustWaitForHttp2({ use, socket }: Connection, begin: () => void): boolean {
  if (use.isProxy || performance.now() - use.haltedAt > HALTED_MS) return false;
  const inTurn = (): void => {
    use.waitingSessions.delete(inTurn);
    if (!socket.destroyed) begin();
  };
  use.waitingSessions.add(inTurn);
  socket.on("error", () => {}); // Its client has gone; nothing has begun.
  socket.once("close", () => use.waitingSessions.delete(inTurn));
  return true;
}

/** Limits what an address sends over HTTP/2, and starts sessions that wait. Call it at each of the regular looks. */
export function paceHttp2(use: AddressUse, look: number): void {
  limitHttp2Rate(use);
  if (look % LOOKS_PER_SESSION !== 0) return;
  const [begin] = use.waitingSessions;
  begin?.();
}

/** Five sessions a second: what each sends at once takes up to 70 ms. */
const LOOKS_PER_SESSION = LOOKS_PER_S / 5;
