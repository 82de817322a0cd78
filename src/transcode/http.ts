import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";

/** A request of either HTTP version. */
export type HttpRequest = IncomingMessage | Http2ServerRequest;

/** The answer to one. */
export type HttpResponse = ServerResponse | Http2ServerResponse;

/** The value of a request header that may stand there only once; the first, where it stands there twice. */
export function headerOf(request: HttpRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** Whether nobody is there any more to have the answer. */
export function isGone(response: HttpResponse): boolean {
  return "stream" in response ? response.stream.destroyed : response.destroyed;
}
