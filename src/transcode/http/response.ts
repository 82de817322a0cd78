import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest } from "node:http2";
import type { ConnectError, ContextValues } from "@connectrpc/connect";
import type { DescMethod, DescField, DescMessage, Message } from "@bufbuild/protobuf";

import { connectErrorOf, type ErrorAnswer, type ErrorRenderer } from "../errors/connect-error.js";
import { httpStatusOf } from "../errors/http-status.js";
import { discardBody } from "../../lib/discard-body.js";
import { closeAfterResponse, endResponse, mayHaveBody } from "../../lib/http.js";
import {
  addHandlerHeaders,
  type AnswerRecord,
  type HttpRequest,
  type HttpResponse,
  isGone,
} from "./http-call.js";
import { isRouting, reasonOf, statusOfReason } from "../errors/request-error.js";
import type { JsonDialect } from "../json/dialect.js";
import { isHttpBody, isHttpBodyField, rawAnswer } from "./http-body.js";
import type { RouteRule } from "../routing/http-rules.js";
import { getField } from "../descriptors/message-fields.js";

/** Sends a complete response; to a HEAD request without the body. */
export function send(
  request: HttpRequest,
  response: HttpResponse,
  status: number,
  headers: AnswerRecord,
  body: string | Uint8Array,
): void {
  const bytes = typeof body === "string" ? Buffer.byteLength(body) : body.byteLength;
  headers["content-length"] = String(bytes);
  const sender = response as ServerResponse; // HTTP/2's differs in types only.
  sender.writeHead(status, headers);
  const isHead = request.method === "HEAD";
  const sent = isHead ? "" : body;
  if (request.complete || !mayHaveBody(request)) endResponse(response, sent, isHead ? 0 : bytes);
  else if ("stream" in request) endWithRequest(request, sender, sent);
  else endAfterRequest(request, sender, sent);
}

/** Over HTTP/2, asks the client to stop sending; otherwise the stream would stay open. */
function endWithRequest(
  request: Http2ServerRequest,
  response: ServerResponse,
  body: string | Uint8Array,
): void {
  response.end(body);
  closeAfterResponse(request.stream);
}

/**
 * Sends the response now, and closes once the client has finished sending: closing a connection with unread
 * bytes resets it, and a client that writes before it reads would never see the response. The server's
 * `requestTimeout` limits how long that takes.
 */
function endAfterRequest(
  request: IncomingMessage,
  response: ServerResponse,
  body: string | Uint8Array,
): void {
  response.flushHeaders();
  if (body.length > 0) response.write(body);
  discardBody(request);
  request.once("end", () => response.end());
}

/**
 * Discards the rest of an answered request: over HTTP/2 the client is asked to stop sending, otherwise the
 * bytes are read and dropped.
 */
export function discardRest(request: HttpRequest): void {
  if ("stream" in request) closeAfterResponse(request.stream);
  else discardBody(request);
}

/** Sends a response without a body. */
export function sendNothing(response: HttpResponse, status: number, headers: AnswerRecord): void {
  (response as ServerResponse).writeHead(status, headers).end();
}

/** The context of an error, for its renderer. */
export interface ErrorScene {
  readonly contextValues: ContextValues;
  readonly method: DescMethod | undefined;
  /** Whether the request's content type is that of a form. */
  readonly form: boolean;
  /** Headers of every response to the request. */
  readonly headers: AnswerRecord;
}

/**
 * Renders an error. Where the renderer itself throws, returns a fallback, so that the caller still gets a
 * response.
 */
export function rendered(error: ConnectError, scene: ErrorScene, render: ErrorRenderer): ErrorAnswer {
  const reason = reasonOf(error);
  const status = reason === undefined ? httpStatusOf(error.code) : statusOfReason(reason);
  try {
    return render(error, { ...scene, status, reason, routing: isRouting(reason) });
  } catch {
    // The caller still needs a response; the renderer's own tests must find its bugs.
    return { status: 500, body: FALLBACK_BODY };
  }
}

/**
 * Sends an error for any thrown value. Where the caller has gone, only renders a crash, so that the renderer
 * logs it.
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
  const record = addHandlerHeaders({ ...scene.headers, ...JSON_HEADERS }, error.metadata);
  try {
    send(request, response, status, Object.assign(record, headers), body);
  } catch {
    // A header cannot be sent, or the response has begun: all that can still be reported is the failure.
    sendFallback(request, response, scene);
  }
}

function sendFallback(request: HttpRequest, response: HttpResponse, { headers }: ErrorScene): void {
  try {
    send(request, response, 500, { ...headers, ...JSON_HEADERS }, FALLBACK_BODY);
  } catch {
    response.destroy(); // The client sees a broken connection.
  }
}

const JSON_HEADERS = { "content-type": "application/json" };

const FALLBACK_BODY = `{"code":13,"message":"internal error","details":[]}`;

/** A response body and its content type. */
interface Written {
  readonly contentType: string;
  readonly body: string | Uint8Array;
}

/** Writes a response by its rule. Throws for a message without JSON, which is the handler's bug. */
export type WriteAnswer = (message: Message) => Written;

/** Compiles the writer of a rule's responses. */
export function compileAnswer({ method, responseBody }: RouteRule, dialect: JsonDialect): WriteAnswer {
  return responseBody === undefined
    ? wholeAnswer(method.output, dialect)
    : fieldAnswer(responseBody, dialect);
}

function wholeAnswer(desc: DescMessage, dialect: JsonDialect): WriteAnswer {
  if (isHttpBody(desc)) return raw;
  const { write } = dialect.message(desc);
  return (message) => ({ contentType: JSON_TYPE, body: write(message) });
}

function fieldAnswer(field: DescField, dialect: JsonDialect): WriteAnswer {
  if (isHttpBodyField(field)) return (message) => raw(getField(message, field) as Message | undefined);
  const { write } = dialect.field(field);
  return (message) => ({ contentType: JSON_TYPE, body: write(message) });
}

function raw(message: Message | undefined): Written {
  const { contentType, data } = rawAnswer(message);
  return { contentType, body: data };
}

/** JSON is UTF-8 by definition; its media type has no charset. */
const JSON_TYPE = "application/json";
