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
export async function readBody(request: HttpRequest, bytesMax: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of wholeBody(request)) {
    size += chunk.length;
    if (size > bytesMax) throw new BodyTooLarge(`The body is larger than ${bytesMax} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

async function* wholeBody(request: HttpRequest): AsyncGenerator<Buffer> {
  try {
    yield* request as AsyncIterable<Buffer>;
  } catch (cause) {
    throw new BodyBrokenOff("The body broke off.", { cause });
  }
}

/** What every answer of ours says, unless the answer says otherwise. */
const HEADERS: Record<string, string> = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
};

/** Sends a whole answer with its length; never cached, never sniffed. */
export function send(
  response: HttpResponse,
  status: number,
  body: string,
  headers: Record<string, string>,
): void {
  const bytes = Buffer.from(body);
  // The two response types agree on this call, but TypeScript cannot call a union of overloads.
  (response as ServerResponse).writeHead(status, { ...HEADERS, ...headers, "content-length": bytes.length });
  (response as ServerResponse).end(bytes);
}

/** Sends plain text; a line feed is added. */
export function sendText(response: HttpResponse, status: number, text: string): void {
  send(response, status, `${text}\n`, { "content-type": "text/plain; charset=utf-8" });
}

/** Sends the browser on with GET, whatever it came with (303). `location` is an absolute URL or path, already encoded. */
export function redirect(response: HttpResponse, location: string): void {
  send(response, 303, "", { location });
}
