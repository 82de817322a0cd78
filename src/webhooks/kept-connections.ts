import type { Agent } from "node:http";
import type { Duplex } from "node:stream";

/**
 * Has an agent close a kept connection on which something comes while no request is under way. It would be taken for
 * the answer to the next request: an event that was never received would count as received.
 */
export function closeUnasked<Keeping extends Agent>(agent: Keeping): Keeping {
  const keep = agent.keepSocketAlive.bind(agent);
  const reuse = agent.reuseSocket.bind(agent);
  return Object.assign(agent, {
    keepSocketAlive(socket: Duplex) {
      const kept: unknown = keep(socket);
      if (kept === true) socket.on("data", destroy);
      return kept;
    },
    reuseSocket(socket: Duplex, request: Parameters<Agent["reuseSocket"]>[1]) {
      socket.off("data", destroy);
      reuse(socket, request);
    },
  });
}

function destroy(this: Duplex): void {
  this.destroy();
}
