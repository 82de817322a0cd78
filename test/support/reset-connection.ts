import type { Socket } from "node:net";

/**
 * Cuts a connection with a reset, as a network or a process that dies does. One that is being ended already is only
 * closed: Node cannot reset it any more, keeps its descriptor, and the process then never ends, and keeps one processor
 * busy.
 */
export function resetConnection(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}
