import type { HttpRequest } from "../../lib/http.js";
import { percentDecoded } from "../../transcode/routing/percent.js";
import type { FailureReason } from "../answers/failure.js";

/** What is wrong with a request's host or target. */
export interface AddressProblem {
  readonly reason: FailureReason;
  readonly message: string;
}

/**
 * Checks a request's host and target; undefined where both are valid. Afterwards its `url` is a path with a
 * query, or `*`: a target in absolute form is split, and its host replaces the Host header (RFC 9112, 3.2.2).
 */
export function addressProblem(request: HttpRequest): AddressProblem | undefined {
  return hostProblem(request) ?? targetProblem(request);
}

/**
 * The path of a request, percent-decoded once; undefined where an escape is broken. An escaped slash stays
 * escaped, so that it separates no segments.
 */
export function pathOf(request: HttpRequest): string | undefined {
  const raw = (request.url ?? "").split("?", 1)[0] ?? "";
  if (!ESCAPED.test(raw)) return raw;
  return percentDecoded(raw.replaceAll(/%2f/gi, "%252F"));
}

const ESCAPED = /[%\u0080-\uffff]/;

/** Runs for every call, so it allocates nothing and reads the raw header list. */
function hostProblem(request: HttpRequest): AddressProblem | undefined {
  const { rawHeaders } = request;
  let host: string | undefined;
  let authority: string | undefined;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? "";
    if (name.length === HOST.length && name.toLowerCase() === HOST) {
      if (host !== undefined) return hostInvalid("The Host header is given more than once.");
      host = rawHeaders[index + 1] ?? "";
    } else if (name === AUTHORITY) authority = rawHeaders[index + 1] ?? "";
  }
  if (host !== undefined && authority !== undefined && host.toLowerCase() !== authority.toLowerCase()) {
    return hostInvalid("The Host header and :authority name different hosts.");
  }
  const named = host ?? authority;
  if (named === undefined) return isOldest(request) ? undefined : hostInvalid("The Host header is missing.");
  return isHost(named) ? undefined : hostInvalid("The Host header is not a host with or without a port.");
}

const HOST = "host";
const AUTHORITY = ":authority";

/** HTTP/1.0 has no Host header. */
function isOldest({ httpVersion }: HttpRequest): boolean {
  return httpVersion === "1.0";
}

function hostInvalid(message: string): AddressProblem {
  return { reason: "host_invalid", message };
}

/** Most requests name the host of the request before. */
let lastHost = "";

/**
 * Whether a text is a name, an IPv4 address, or an IPv6 address in brackets, optionally with a port. A user
 * name is invalid (RFC 9110, 4.2.4).
 */
export function isHost(text: string): boolean {
  if (text === lastHost) return text !== "";
  if (!IS_HOST.test(text)) return false;
  lastHost = text;
  return true;
}

const IS_HOST = /^(?:(?:[\w.~!$&'()*+,;=-]|%[0-9a-f]{2}){1,255}|\[[0-9a-f:.]{2,45}\])(?::\d{0,5})?$/i;

function targetProblem(request: HttpRequest): AddressProblem | undefined {
  const target = request.url ?? "";
  if (target.includes("#")) return malformed("The request target holds a fragment.");
  if (target.startsWith("/")) return undefined;
  if (target === "*") {
    return request.method === "OPTIONS" ? undefined : malformed("Only OPTIONS may be sent to *.");
  }
  const [, authority = "", rest = ""] = ABSOLUTE.exec(target) ?? [];
  if (authority === "") return malformed("The request target is no path and no address of http or https.");
  if (!isHost(authority)) return hostInvalid("The host in the request target is none.");
  request.headers.host = authority;
  // OPTIONS without a path is for the server as a whole (RFC 9112, 3.2.4).
  if (rest === "") request.url = request.method === "OPTIONS" ? "*" : "/";
  else request.url = rest.startsWith("/") ? rest : `/${rest}`;
  return undefined;
}

const ABSOLUTE = /^https?:\/\/([^/?]+)(.*)$/is;

function malformed(message: string): AddressProblem {
  return { reason: "path_malformed", message };
}
