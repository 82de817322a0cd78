import type { Connection } from "./connection.js";
import { isBodyWhole } from "./exchange.js";

/**
 * The connection to end where a new one needs its place, of those in opening order: the first that never had a
 * request or is halted, else the first idle one, else the first whose client keeps all its requests waiting. Undefined
 * where the service works on requests of every connection.
 */
export function connectionToEnd(connections: Iterable<Connection>): Connection | undefined {
  let idle: Connection | undefined;
  let slow: Connection | undefined;
  for (const connection of connections) {
    if (connection.haltedAt !== undefined) return connection;
    if (connection.requests.size === 0) {
      if (!connection.hadRequest) return connection;
      idle ??= connection;
    } else if (slow === undefined && idle === undefined && isWaitingForClient(connection)) slow = connection;
  }
  return idle ?? slow;
}

/** Whether every request of a connection waits until its client sends more of it, or reads. */
function isWaitingForClient({ requests, streaming }: Connection): boolean {
  for (const exchange of requests.keys()) {
    if (streaming.has(exchange) || (isBodyWhole(exchange) && exchange.writableLength === 0)) return false;
  }
  return true;
}
