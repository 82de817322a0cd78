import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse, ServerHttp2Stream } from "node:http2";

import { discardBody } from "./discard-body.js";

/** A request of HTTP/1.1 or HTTP/2. */
export type HttpRequest = IncomingMessage | Http2ServerRequest;

/** A response of HTTP/1.1 or HTTP/2. */
export type HttpResponse = ServerResponse | Http2ServerResponse;

/** The request body exceeds the limit; answer 413. */
export class BodyTooLarge extends Error {
  override readonly name = "BodyTooLarge";
}

/** The client went away before its body was complete. It gets no answer, and this is no fault of the service. */
export class BodyBrokenOff extends Error {
  override readonly name = "BodyBrokenOff";
}

/**
 * Reads the complete request body.
 *
 * Rejects with BodyTooLarge once more than `bytesMax` bytes have arrived, and stops reading; with
 * BodyBrokenOff where the client goes away.
 */
export function readBody(request: HttpRequest, bytesMax: number): Promise<Buffer> {
  return new Promise((resolve, reject) => readBodyWithCallbacks(request, bytesMax, resolve, reject));
}

/**
 * Callback variant of `readBody`. May call both callbacks, or one of them again: only the first call counts,
 * as with a promise.
 */
export function readBodyWithCallbacks(
  request: HttpRequest,
  bytesMax: number,
  done: (bytes: Buffer) => void,
  failed: (error: BodyTooLarge | BodyBrokenOff) => void,
): void {
  // Events, since a stream's async iterator takes longer than all other work on a small body.
  const chunks: Buffer[] = [];
  (request as { [BODY]?: Buffer[] })[BODY] = chunks;
  let size = 0;
  const onData = (chunk: Buffer): void => {
    chunks.push(chunk);
    size += chunk.length;
    if (size <= bytesMax) return;
    request.off("data", onData).off("end", onEnd).pause();
    chunks.length = 0; // Its client may stay for a while.
    tooLarge.add(request);
    failed(new BodyTooLarge(`The body is larger than ${bytesMax} bytes.`));
  };
  const brokenOff = (cause?: Error): void => failed(new BodyBrokenOff("The body broke off.", { cause }));
  if (request.destroyed || isReset(request)) return brokenOff(); // No event is to come.
  const onEnd = (): void => (isReset(request) ? brokenOff() : done(joined(chunks, size)));
  const onBreak = (cause?: Error): void => {
    if (!request.readableEnded) brokenOff(cause);
  };
  // The first of these events decides. Not `once`, which wraps each listener and removes it again.
  request.on("data", onData).on("end", onEnd);
  request.on("error", onBreak).on("close", onBreak);
}

/** Requests whose body is larger than its reader takes. */
const tooLarge = new WeakSet<HttpRequest>();

/** What has arrived of a body that `readBody` reads. */
const BODY = Symbol("body");

/**
 * Drops what `readBody` holds of an incomplete body, and takes no more of it. The caller must end the connection: until
 * then the reader waits.
 */
export function dropBody(request: HttpRequest): void {
  for (const event of ["data", "end"]) request.removeAllListeners(event);
  request.pause();
  const chunks = (request as { [BODY]?: Buffer[] })[BODY];
  if (chunks !== undefined) chunks.length = 0;
}

/**
 * Whether an HTTP/2 stream was reset, by its client or with its connection. Node ends its body as if it were
 * complete.
 */
function isReset(request: HttpRequest): boolean {
  return "stream" in request && request.stream.aborted;
}

/** Returns a body that arrived in one piece, as most do, without a copy. */
function joined(chunks: readonly Buffer[], size: number): Buffer {
  const [first] = chunks;
  return first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks, size);
}

/** Default headers of every response. */
const HEADERS: Record<string, string> = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
};

/** `Retry-After` of a 503, in seconds: a database fails over within that time. */
export const RETRY_AFTER_SECONDS = "5";

const UNAVAILABLE = { ...HEADERS, "retry-after": RETRY_AFTER_SECONDS };

/**
 * Sends a complete response with its length. By default no client caches it or guesses its type; a 503 has
 * `Retry-After`.
 */
export function send(
  response: HttpResponse,
  status: number,
  body: string,
  headers: Record<string, string>,
): void {
  const length = Buffer.byteLength(body);
  const shared = status === 503 ? UNAVAILABLE : HEADERS;
  // Both response types have this call, but TypeScript cannot call a union of overloads.
  (response as ServerResponse).writeHead(status, { ...shared, ...headers, "content-length": length });
  endResponse(response, body, length);
}

/**
 * Sends status and headers; the caller sends the body. By default no client caches the response or guesses
 * its type.
 */
export function sendHead(
  response: HttpResponse,
  status: number,
  headers: Record<string, string>,
): HttpResponse {
  (response as ServerResponse).writeHead(status, { ...HEADERS, ...headers });
  return response;
}

/**
 * Sends a body of `bytes` bytes, after the head was sent, and ends the response.
 *
 * Node gathers headers, body and an empty last chunk into a vectored write, which is slow. Uncorking the
 * socket before `end` makes it one plain write; and ASCII is written fastest as Latin-1.
 */
export function endResponse(response: HttpResponse, body: string | Uint8Array, bytes: number): void {
  if ("stream" in response) return void response.end(body as string);
  const { req: request } = response;
  if (!request.complete && mayHaveBody(request)) discardBody(request);
  if (bytes === 0) return void response.end(body);
  response.write(body, body.length === bytes ? "latin1" : "utf8");
  response.socket?.uncork();
  if (tooLarge.has(request) && !request.complete) endAfterBody(response);
  else response.end();
}

/**
 * Ends the response to a body that is too large once its client has sent all of it. Its connection ends with the
 * response: a client that writes before it reads would never see the response, and one that floods the service would
 * open the next connection at once. The server's `requestTimeout` limits how long that takes.
 */
function endAfterBody(response: ServerResponse): void {
  response.req.once("end", () => response.end());
}

/** Sends plain text, with a line feed added. */
export function sendText(response: HttpResponse, status: number, text: string): void {
  send(response, status, `${text}\n`, { "content-type": "text/plain; charset=utf-8" });
}

/** Answers OPTIONS with 204. `allow` lists the methods of the address. */
export function sendOptions(response: HttpResponse, allow: string): void {
  sendHead(response, 204, { allow }).end();
}

/**
 * Redirects the browser with 303: it follows with GET. `location` is an absolute URL or path, already
 * percent-encoded.
 */
export function redirect(response: HttpResponse, location: string): void {
  send(response, 303, "", { location });
}

/** Redirects the browser with 307: it sends what it has posted to `location`, too. */
export function redirectPost(response: HttpResponse, location: string): void {
  send(response, 307, "", { location });
}

/**
 * Asks an HTTP/2 client to stop sending, behind the response that was just written. On Node 26 a reset that is sent at
 * once overtakes a response without a body, and no client sees it.
 */
export function closeAfterResponse(stream: ServerHttp2Stream): void {
  setImmediate(() => stream.close()); // Without a code: no error.
}

/** Whether the request can have a body; most have none, and need no wait. */
export function mayHaveBody(request: HttpRequest): boolean {
  if ("stream" in request) return !request.stream.endAfterHeaders;
  const { headers } = request;
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}
