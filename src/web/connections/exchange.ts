import type { ServerResponse } from "node:http";
import { constants, type ServerHttp2Stream } from "node:http2";

/** A request under way: an HTTP/2 stream, or an HTTP/1.1 response. */
export type Exchange = ServerHttp2Stream | ServerResponse;

/**
 * What a request's path tells of it. `streaming`: its client decides how long it lasts. `keyed streaming`: so does that
 * of a service that takes an API key, and counts its streams by merchant. `probe`: asks whether the service is alive or
 * ready.
 */
export type RequestKind = "call" | "streaming" | "keyed streaming" | "probe";

export function isStream(exchange: Exchange): exchange is ServerHttp2Stream {
  return !("req" in exchange);
}

/** Whether the client is gone, so that no response can reach it. */
export function isOver(exchange: Exchange): boolean {
  if (isStream(exchange)) return exchange.destroyed || exchange.closed;
  return exchange.destroyed || exchange.req.socket.destroyed;
}

/** Whether the request has arrived completely. */
export function isBodyWhole(exchange: Exchange): boolean {
  return isStream(exchange) ? exchange.endAfterHeaders || exchange.readableEnded : exchange.req.complete;
}

/** Ends a request before its response is complete: in HTTP/2 its stream, in HTTP/1.1 its connection. */
export function endExchange(exchange: Exchange): void {
  if (isStream(exchange)) exchange.close(constants.NGHTTP2_CANCEL);
  else exchange.destroy();
}
