import type { ServerResponse } from "node:http";
import type { Http2ServerRequest } from "node:http2";
import type { ConnectError, ContextValues } from "@connectrpc/connect";
import type { DescMethod } from "@bufbuild/protobuf";
import { connectErrorOf, httpStatusOf, type ErrorAnswer, type ErrorRenderer } from "../errors/error.js";
import { endResponse } from "../../lib/http.js";
import { addHandlerHeaders, type AnswerRecord } from "./headers.js";
import { type HttpRequest, type HttpResponse, isGone } from "./http.js";
import { mayHaveBody } from "./request-bytes.js";
import { isRouting, reasonOf, statusOfReason } from "../errors/request-error.js";

/** Sends a whole answer. To a HEAD request goes everything but the body. */
export function send(
  request: HttpRequest,
  response: HttpResponse,
  status: number,
  headers: AnswerRecord,
  body: string | Uint8Array,
): void {
  const bytes = typeof body === "string" ? Buffer.byteLength(body) : body.byteLength;
  headers["content-length"] = String(bytes);
  const sender = response as ServerResponse; // The other HTTP version's differs in types only.
  sender.writeHead(status, headers);
  const isHead = request.method === "HEAD";
  const sent = isHead ? "" : body;
  if (request.complete || !mayHaveBody(request)) endResponse(response, sent, isHead ? 0 : bytes);
  else if ("stream" in request) endWithRequest(request, sender, sent);
  else endAfterRequest(request, sender, sent);
}

/** HTTP/2 can tell a client to stop sending once it has the answer; unasked, the stream would stay open. */
function endWithRequest(
  request: Http2ServerRequest,
  response: ServerResponse,
  body: string | Uint8Array,
): void {
  response.end(body);
  request.stream.close();
}

/**
 * Sends the answer now, and closes only when the client has sent what it is sending: to close a connection on unread
 * bytes resets it, and a client that writes before it reads would never see the answer. Nobody can go on for ever,
 * though; how long it may take is for the server's `requestTimeout` to say.
 */
function endAfterRequest(request: HttpRequest, response: ServerResponse, body: string | Uint8Array): void {
  response.flushHeaders();
  if (body.length > 0) response.write(body);
  discard(request);
  request.once("end", () => response.end());
}

/**
 * Lets a client whose request is answered already end it: over HTTP/2 it is told to stop, otherwise what it
 * sends is not kept.
 */
export function discardRest(request: HttpRequest): void {
  if ("stream" in request) request.stream.close();
  else discard(request);
}

function discard(request: HttpRequest): void {
  let discardedBytes = 0;
  request.on("data", (chunk: Buffer) => {
    discardedBytes += chunk.length;
    if (discardedBytes > DISCARDED_BYTES_MAX) request.destroy();
  });
  request.resume(); // Whoever found it too large has let it wait.
}

/** What a client may still have on its way when it is told that its request is refused. */
const DISCARDED_BYTES_MAX = 16 * 1024 * 1024;

/** Sends an answer without a body. */
export function sendNothing(response: HttpResponse, status: number, headers: AnswerRecord): void {
  (response as ServerResponse).writeHead(status, headers).end();
}

/** What a renderer is told besides the error. */
export interface ErrorScene {
  readonly contextValues: ContextValues;
  readonly method: DescMethod | undefined;
  /** What every answer to the request says. */
  readonly headers: AnswerRecord;
}

/** An error as the renderer wants it written. A renderer that fails itself must not take the answer with it. */
export function rendered(error: ConnectError, scene: ErrorScene, render: ErrorRenderer): ErrorAnswer {
  const reason = reasonOf(error);
  const status = reason === undefined ? httpStatusOf(error.code) : statusOfReason(reason);
  try {
    return render(error, { ...scene, status, reason, routing: isRouting(reason) });
  } catch {
    // The caller still needs an answer; the renderer's own tests are where its bugs belong.
    return { status: 500, body: FALLBACK_BODY };
  }
}

/**
 * Answers with an error, whatever was thrown. Where nobody is there to read it, only a crash is written: the
 * renderer logs it.
 */
export function sendError(
  request: HttpRequest,
  response: HttpResponse,
  thrown: unknown,
  scene: ErrorScene,
  render: ErrorRenderer,
): void {
  const error = connectErrorOf(thrown);
  if (isGone(response) && error.cause === undefined) return;
  const { status, headers, body } = rendered(error, scene, render);
  const record = addHandlerHeaders({ ...scene.headers, ...JSON_TYPE }, error.metadata);
  try {
    send(request, response, status, Object.assign(record, headers), body);
  } catch {
    // A header that cannot be sent, or an answer that has begun: the one thing left to say is that it failed.
    sendFallback(request, response, scene);
  }
}

function sendFallback(request: HttpRequest, response: HttpResponse, { headers }: ErrorScene): void {
  try {
    send(request, response, 500, { ...headers, ...JSON_TYPE }, FALLBACK_BODY);
  } catch {
    response.destroy(); // The client sees the connection break, which is true.
  }
}

const JSON_TYPE = { "content-type": "application/json" };

const FALLBACK_BODY = `{"code":13,"message":"internal error","details":[]}`;
