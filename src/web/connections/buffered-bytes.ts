import type { AddressUse, Connection } from "./connection.js";
import type { ConnectionLimits } from "./limits.js";

/**
 * Returns the connections to end because their address, or all together, hold more bytes of unsent responses
 * and incomplete request bodies than the limits allow. The largest go first.
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
    ending.push(connection);
    all -= connection.heldBytes;
    byUse.set(connection.use, (byUse.get(connection.use) ?? 0) - connection.heldBytes);
  }
  return ending;
}
