import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import { Code, ConnectError } from "@connectrpc/connect";

/** A request of either HTTP version. */
export type HttpRequest = IncomingMessage | Http2ServerRequest;

/** The answer to one. */
export type HttpResponse = ServerResponse | Http2ServerResponse;

/** Whether nobody is there any more to have the answer. */
export function isGone(response: HttpResponse): boolean {
  if (!("stream" in response)) return response.destroyed;
  return response.stream.destroyed || response.stream.closed;
}

/** What a call comes to whose caller is not there any more. */
export function callerGone(): ConnectError {
  return new ConnectError("the caller has gone", Code.Canceled);
}
