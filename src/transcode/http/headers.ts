import type { HttpRequest } from "./http.js";

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
