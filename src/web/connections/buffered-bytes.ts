import { dropBody } from "../../lib/http.js";
import type { AddressUse, Connection } from "./connection.js";
import { isBodyWhole, isStream } from "./exchange.js";
import type { ConnectionLimits } from "./connection-limits.js";

/**
 * Returns the connections to end because their address, or all together, hold more bytes of unsent responses
 * and incomplete request bodies than the limits allow, and from which nothing can be dropped. The largest go first.
 */
export function endLargest(connections: Iterable<Connection>, limits: ConnectionLimits): Connection[] {
  const holding = [...connections].filter(({ heldBytes }) => heldBytes > 0);
  let all = 0;
  const byUse = new Map<AddressUse, number>();
  for (const { use, heldBytes } of holding) {
    all += heldBytes;
    byUse.set(use, (byUse.get(use) ?? 0) + heldBytes);
  }
  const isOver = ({ use }: Connection): boolean =>
    all > limits.bytes || (!use.isProxy && (byUse.get(use) ?? 0) > limits.bytesPerAddress);
  if (!holding.some(isOver)) return [];
  const ending: Connection[] = [];
  for (const connection of holding.toSorted((a, b) => b.heldBytes - a.heldBytes)) {
    if (!isOver(connection)) continue;
    if (!dropBodies(connection)) ending.push(connection);
    all -= connection.heldBytes;
    byUse.set(connection.use, (byUse.get(connection.use) ?? 0) - connection.heldBytes);
  }
  return ending;
}

/**
 * Frees the bytes of a connection's incomplete HTTP/1.1 bodies and halts it. Its client keeps the connection for a
 * while: if it ended at once, the client would open the next one and send as much again. Returns false where the
 * connection holds something else, and must end.
 */
function dropBodies(connection: Connection): boolean {
  const exchanges = [...connection.requests.keys()];
  for (const exchange of exchanges)
    if (isStream(exchange) || exchange.writableLength > 0 || isBodyWhole(exchange)) return false;
  for (const exchange of exchanges) if (!isStream(exchange)) dropBody(exchange.req);
  connection.halt();
  return true;
}
