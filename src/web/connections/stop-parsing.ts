import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";

/**
 * Keeps Node from parsing further HTTP/1.1 requests of a socket that takes no more, those included that the
 * socket has already received. Otherwise Node creates a request and a response for each of them, 4000 in its
 * buffer of 64 KB, and an error for each where the connection closes: up to a second in which no other client
 * is served.
 *
 * Does nothing where the socket has no HTTP/1.1 parser.
 */
export function stopParsing(socket: Socket): void {
  const parser: unknown = Reflect.get(socket, "parser");
  if (typeof parser === "object" && parser !== null) Reflect.set(parser, "onIncoming", leaveProtocol);
}

/** Leaves what a client sends in the system's buffers. Pausing the socket does not: Node's parser reads past it. */
export function stopReading(socket: Socket): void {
  callHandle(socket, "readStop");
}

/** Reads on after `stopReading`. */
export function continueReading(socket: Socket): void {
  callHandle(socket, "readStart");
}

function callHandle(socket: Socket, name: "readStart" | "readStop"): void {
  const handle: unknown = Reflect.get(socket, "_handle");
  const method: unknown = typeof handle === "object" && handle !== null && Reflect.get(handle, name);
  if (typeof method === "function") Reflect.apply(method, handle, []);
}

/** Node's parser calls this for each request. 2 means that what follows is no HTTP/1.1, so that it stops. */
function leaveProtocol(request: IncomingMessage & { upgrade: boolean }): number {
  request.upgrade = false;
  return 2;
}
