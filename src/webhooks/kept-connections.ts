import type { Agent } from "node:http";
import type { Duplex } from "node:stream";

/**
 * How long a connection must be quiet behind an answer before it is used again: a second answer to that request comes
 * right behind the first one, and would be taken for the answer to the next request.
 */
export const QUIET_MS = 20;

/**
 * Has an agent keep only connections on which nothing comes while no request is under way. It would be taken for the
 * answer to the next request: an event that was never received would count as received.
 */
export function closeUnasked<Keeping extends Agent>(agent: Keeping): Keeping {
  const emit = agent.emit.bind(agent);
  const keep = agent.keepSocketAlive.bind(agent);
  const reuse = agent.reuseSocket.bind(agent);
  return Object.assign(agent, {
    // Until then the agent takes it for one in use, and opens others.
    emit(event: string | symbol, ...values: unknown[]) {
      if (event !== "free") return emit(event, ...values);
      const socket = values[0] as Duplex;
      socket.on("data", destroy);
      setTimeout(() => {
        socket.off("data", destroy);
        if (!socket.destroyed) emit(event, ...values);
      }, QUIET_MS).unref();
      return true;
    },
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
