import type { Connection } from "./connection.js";
import { isBodyWhole } from "./exchange.js";

/**
 * The connection to end where a new one needs its place, of those in opening order: the first that is halted or has had
 * a second without a request; or, where new ones without a request have over half of the places, the first of them;
 * else the first idle one, else the first whose client keeps all its requests waiting. Undefined where the service
 * works on requests of every connection.
 */
export function connectionToEnd(connections: ReadonlySet<Connection>, now: number): Connection | undefined {
  let idle: Connection | undefined;
  let slow: Connection | undefined;
  let fresh: Connection | undefined;
  let freshOnes = 0;
  for (const connection of connections) {
    if (connection.haltedAt !== undefined) return connection;
    if (connection.requests.size === 0) {
      if (connection.hadRequest) idle ??= connection;
      else if (now - connection.stageAt > HANDSHAKE_MS) return connection;
      else if (freshOnes++ === 0) fresh = connection;
    } else if (slow === undefined && idle === undefined && isWaitingForClient(connection)) slow = connection;
  }
  return freshOnes * 2 > connections.size ? fresh : (idle ?? slow ?? fresh);
}

/**
 * A client's first request comes within this time, its handshake included. Where all others have had one, a new client
 * would be ended for the next, before it can ask.
 */
const HANDSHAKE_MS = 1000;

/** Whether every request of a connection waits until its client sends more of it, or reads. */
function isWaitingForClient({ requests, streaming }: Connection): boolean {
  for (const exchange of requests.keys()) {
    if (streaming.has(exchange) || (isBodyWhole(exchange) && exchange.writableLength === 0)) return false;
  }
  return true;
}
