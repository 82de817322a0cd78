import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";

/** One request of either HTTP version. */
export type HttpRequest = IncomingMessage | Http2ServerRequest;

/** One answer of either HTTP version. */
export type HttpResponse = ServerResponse | Http2ServerResponse;

/** The body was larger than the reader allows: answer 413. */
export class BodyTooLarge extends Error {
  override readonly name = "BodyTooLarge";
}

/** The sender went away before the body was whole: nobody is there to be answered, and nothing was wrong here. */
export class BodyBrokenOff extends Error {
  override readonly name = "BodyBrokenOff";
}

/**
 * Reads a whole body of at most `bytesMax` bytes.
 *
 * Throws BodyTooLarge as soon as there is more, without reading on, and BodyBrokenOff where the sender goes away.
 * A stream of HTTP/2 that its sender resets looks as if it had ended: whether a body is whole, its content has to tell.
 */
export function readBody(request: HttpRequest, bytesMax: number): Promise<Buffer> {
  return new Promise((resolve, reject) => whenRead(request, bytesMax, resolve, reject));
}

/**
 * The same for whoever makes a promise of his own. More than one of the two may be called: the first call
 * counts, as with a promise.
 */
export function whenRead(
  request: HttpRequest,
  bytesMax: number,
  done: (bytes: Buffer) => void,
  failed: (error: BodyTooLarge | BodyBrokenOff) => void,
): void {
  // By events: the async iterator of a stream takes longer than all else that is done with a small body.
  const chunks: Buffer[] = [];
  let size = 0;
  const onData = (chunk: Buffer): void => {
    chunks.push(chunk);
    size += chunk.length;
    if (size <= bytesMax) return;
    request.off("data", onData).pause();
    failed(new BodyTooLarge(`The body is larger than ${bytesMax} bytes.`));
  };
  const onBreak = (cause?: Error): void => {
    if (!request.readableEnded) failed(new BodyBrokenOff("The body broke off.", { cause }));
  };
  // Whatever comes first settles it. Not `once`: it wraps each listener, and removing them takes as long as
  // adding them.
  request.on("data", onData).on("end", () => done(joined(chunks, size)));
  request.on("error", onBreak).on("close", onBreak);
}

/** Most bodies come in one piece, and are not copied then. */
function joined(chunks: readonly Buffer[], size: number): Buffer {
  const [first] = chunks;
  return first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks, size);
}

/** What every answer of ours says, unless the answer says otherwise. */
const HEADERS: Record<string, string> = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
};

/** What a 503 says: a database that fails over is back within that. */
export const RETRY_AFTER_SECONDS = "5";

const UNAVAILABLE = { ...HEADERS, "retry-after": RETRY_AFTER_SECONDS };

/** Sends a whole answer with its length; never cached, never sniffed. */
export function send(
  response: HttpResponse,
  status: number,
  body: string,
  headers: Record<string, string>,
): void {
  const length = Buffer.byteLength(body);
  const shared = status === 503 ? UNAVAILABLE : HEADERS;
  // The two response types agree on this call, but TypeScript cannot call a union of overloads.
  (response as ServerResponse).writeHead(status, { ...shared, ...headers, "content-length": length });
  endWith(response, body, length);
}

/**
 * Sends the head of an answer; never cached, never sniffed, unless `headers` say otherwise. Its body is still
 * to be written.
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
 * Sends a large body whose head was written, and ends the answer: piece by piece, each once its reader has
 * taken the one before, and other requests had their turn.
 *
 * `bytes` may be shared by many answers. With TLS, a piece that is written is encrypted and kept until its
 * reader takes it: all of it at once would be a copy for each reader.
 */
export function sendBytes(response: HttpResponse, bytes: Buffer): void {
  const sender = response as ServerResponse; // The other HTTP version's differs in types only.
  let sent = 0;
  const sendOn = (): void => {
    if ("stream" in response ? response.stream.destroyed : response.destroyed) return; // Nobody reads on.
    const piece = bytes.subarray(sent, (sent += PIECE_BYTES));
    if (sent >= bytes.length) sender.end(piece);
    else sender.write(piece, (error) => error ?? setImmediate(sendOn));
  };
  sendOn();
}

/** To pass it to the system takes some 20 microseconds. */
const PIECE_BYTES = 64 * 1024;

/**
 * Sends the body of so many bytes, whose head was written, and ends the answer.
 *
 * Node makes a vector of headers and body, of which the last part is always empty, and passes it to the
 * system part by part. To let go of the first part before the end is told makes one plain write of it; and
 * ASCII is written fastest as Latin-1.
 */
export function endWith(response: HttpResponse, body: string | Uint8Array, bytes: number): void {
  if ("stream" in response || bytes === 0) return void (response as ServerResponse).end(body);
  response.write(body, body.length === bytes ? "latin1" : "utf8");
  response.socket?.uncork();
  response.end();
}

/** Sends plain text; a line feed is added. */
export function sendText(response: HttpResponse, status: number, text: string): void {
  send(response, status, `${text}\n`, { "content-type": "text/plain; charset=utf-8" });
}

/** Answers OPTIONS: an address takes the methods in `allow`. */
export function sendOptions(response: HttpResponse, allow: string): void {
  sendHead(response, 204, { allow }).end();
}

/**
 * Sends the browser on with GET, whatever it came with (303). `location` is an absolute URL or path, already
 * encoded.
 */
export function redirect(response: HttpResponse, location: string): void {
  send(response, 303, "", { location });
}
