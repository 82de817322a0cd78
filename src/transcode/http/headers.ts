import type { HttpRequest } from "./http.js";

/** Whether a request header may reach handlers, given its name in lower case. */
export type HeaderFilter = (name: string) => boolean;

/**
 * The headers of a request that handlers see as metadata. What belongs to the connection or to the body's encoding on
 * the way here stays here, and so does everything that gRPC or Connect themselves would act on.
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

/** The last is HTTP/2's `:path` and its like. */
const PREFIXES = ["content-", "grpc-", "connect-", "proxy-", ":"];
const HOP_BY_HOP = ["connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"];
const HELD_BACK = new Set([...HOP_BY_HOP, "accept-encoding", "expect", "http2-settings"]);

/** `Connection: x-foo` makes `x-foo` a header of this connection only. */
function listedInConnection(request: HttpRequest): Set<string> {
  const value = request.headers.connection;
  return new Set(value === undefined ? [] : value.toLowerCase().split(/[\s,]+/));
}

/** The headers of an HTTP answer, as Node takes them. */
export type AnswerRecord = Record<string, string | string[]>;

/**
 * Adds a handler's headers to those of the answer, under their own names. What describes the body or the connection is
 * the transcoder's to say.
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

/** `set-cookie` is the one header that cannot be joined into one; it is added apart. */
const OWN = new Set([...HOP_BY_HOP, "content-type", "content-length", "content-encoding", "set-cookie"]);
