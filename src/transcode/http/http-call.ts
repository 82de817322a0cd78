import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import { type ContextValues, Code, ConnectError } from "@connectrpc/connect";

import type { Call } from "../call/call.js";

/** An HTTP request as a call. Headers and signal are created at first access. */
export class HttpCall implements Call {
  readonly timeoutMs: number;
  readonly contextValues: ContextValues;
  readonly #request: HttpRequest;
  readonly #filter: HeaderFilter | undefined;
  #header: Headers | undefined;
  #controller: AbortController | undefined;
  #aborted: Error | undefined;
  #endsWith: HttpResponse | undefined;

  constructor(
    request: HttpRequest,
    contextValues: ContextValues,
    timeoutMs: number,
    filter: HeaderFilter | undefined,
  ) {
    this.timeoutMs = timeoutMs;
    this.contextValues = contextValues;
    this.#request = request;
    this.#filter = filter;
  }

  get requestMethod(): string {
    return this.#request.method ?? "";
  }

  /** Absolute URL, as with Connect's adapters. */
  get url(): string {
    const { headers, socket, url = "" } = this.#request;
    const scheme = "encrypted" in socket ? "https" : "http";
    const authority = headers[":authority"] ?? headers.host ?? "localhost";
    return url.startsWith("/") ? `${scheme}://${String(authority)}${url}` : url;
  }

  get header(): Headers {
    return (this.#header ??= forwardedHeaders(this.#request, this.#filter));
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      const gone = (): Error => this.abort(callerGone());
      if (this.#endsWith !== undefined && isGone(this.#endsWith)) gone();
      this.#endsWith?.once("close", gone);
      if (this.#aborted !== undefined) this.#controller.abort(this.#aborted);
    }
    return this.#controller.signal;
  }

  /** Aborts the signal, even if it is created later. Returns the reason. */
  abort(reason: Error): Error {
    this.#aborted ??= reason;
    this.#controller?.abort(reason);
    return reason;
  }

  /** Aborts the signal once the response is sent, or the client has gone. */
  abortWith(response: HttpResponse): void {
    this.#endsWith = response;
  }
}

/** A request of HTTP/1.1 or HTTP/2. */
export type HttpRequest = IncomingMessage | Http2ServerRequest;

/** A response of HTTP/1.1 or HTTP/2. */
export type HttpResponse = ServerResponse | Http2ServerResponse;

/** Whether the client has gone, so that no response can reach it. */
export function isGone(response: HttpResponse): boolean {
  if (!("stream" in response)) return response.destroyed;
  return response.stream.destroyed || response.stream.closed;
}

/** The error of a call whose client has gone. */
export function callerGone(): ConnectError {
  return new ConnectError("the caller has gone", Code.Canceled);
}

/** Whether a request header may reach handlers, given its name in lower case. */
export type HeaderFilter = (name: string) => boolean;

/**
 * The request headers that handlers see as metadata: all but those about the connection or the body's
 * encoding, and those that gRPC or Connect interpret.
 */
export function forwardedHeaders(request: HttpRequest, allow: HeaderFilter | undefined): Headers {
  const named = listedInConnection(request);
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value === undefined || isHeldBack(name) || named.has(name) || allow?.(name) === false) continue;
    for (const item of Array.isArray(value) ? value : [value]) headers.append(name, item);
  }
  return headers;
}

function isHeldBack(name: string): boolean {
  return HELD_BACK.has(name) || PREFIXES.some((prefix) => name.startsWith(prefix));
}

/** The last matches HTTP/2's pseudo-headers such as `:path`. */
const PREFIXES = ["content-", "grpc-", "connect-", "proxy-", ":"];
const HOP_BY_HOP = ["connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"];
const HELD_BACK = new Set([...HOP_BY_HOP, "accept-encoding", "expect", "http2-settings"]);

/** `Connection: x-foo` makes `x-foo` a hop-by-hop header. */
function listedInConnection(request: HttpRequest): Set<string> {
  const value = request.headers.connection;
  return new Set(value === undefined ? [] : value.toLowerCase().split(/[\s,]+/));
}

/** Response headers in the form that Node takes. */
export type AnswerRecord = Record<string, string | string[]>;

/**
 * Adds a handler's headers to those of the response, except headers about the body or the connection, which
 * the transcoder sets.
 */
export function addHandlerHeaders(record: AnswerRecord, headers: Headers | undefined): AnswerRecord {
  if (headers === undefined) return record;
  for (const [name, value] of headers) if (!isOwn(name)) record[name] = value;
  const cookies = headers.getSetCookie();
  if (cookies.length > 0) record["set-cookie"] = cookies;
  return record;
}

function isOwn(name: string): boolean {
  return OWN.has(name) || name.startsWith("grpc-") || name.startsWith("connect-");
}

/** Only `set-cookie` cannot be joined into one value; it is added separately. */
const OWN = new Set([...HOP_BY_HOP, "content-type", "content-length", "content-encoding", "set-cookie"]);
