import type { CheckoutContext } from "../../checkout/context.js";
import { BodyBrokenOff, type HttpRequest, type HttpResponse, sendOptions } from "../../lib/http.js";
import { newId } from "../../lib/ids.js";
import type { Transcoder } from "../../transcode/http/transcoder.js";
import { percentDecoded } from "../../transcode/routing/percent-decoding.js";
import { sendFailure, type FailureReason, wantsPage } from "../answers/failure.js";
import { answerPage, sendPathFailure } from "../pages/page-routes.js";
import { isBelow, stripBasePath } from "./base-path.js";

/** Answers requests of either HTTP version. */
export type Listener = (request: HttpRequest, response: HttpResponse) => void;

/** The handlers of the addresses that are no pages. */
interface Faces {
  /** The merchants' JSON API below `/v1`. */
  readonly transcoder: Listener & Pick<Transcoder, "matchesPath">;
  /** gRPC, gRPC-Web and Connect at any other address; itself answers 404. */
  readonly connect: Listener;
  /** The sandbox gateway below `/sandbox`. Undefined where it is off, or runs in another process. */
  readonly sandbox: ((request: HttpRequest, response: HttpResponse) => Promise<void>) | undefined;
}

/**
 * Creates the listener of all public ports: gives each request its id, refuses those without a valid host or
 * path, and passes the others to their handler. `secure`: the port speaks TLS.
 *
 * Does not parse with `new URL`, which resolves `..` in a path and reads `//host/` as another host.
 */
export function createListener(checkout: CheckoutContext, faces: Faces, secure: boolean): Listener {
  return (request, response) => {
    const requestId = newId("req", checkout.clock.now());
    (request as Named)[REQUEST_ID] = requestId;
    const problem = addressProblem(request);
    if (problem === undefined && isCall(faces, request, request.url ?? ""))
      return faces.transcoder(request, response);
    setCallHeaders(response, requestId, secure);
    if (problem !== undefined) return refuseAddress(request, response, problem);
    stripBasePath(checkout, request);
    answer(checkout, faces, request, response).catch((error: unknown) => {
      answerFailure(checkout, request, response, error);
    });
  };
}

/** The id that `createListener` gave to a request; "" where it gave none. */
export function requestIdOf(request: object): string {
  return (request as Named)[REQUEST_ID] ?? "";
}

/** A property: a client could send a header, and a WeakMap costs the garbage collector time. */
const REQUEST_ID = Symbol("request id");

interface Named {
  [REQUEST_ID]?: string;
}

/**
 * Whether it is one of the merchants' API. A browser that was sent to an unknown address gets a page; it has no
 * key.
 */
function isCall({ transcoder }: Faces, request: HttpRequest, path: string): boolean {
  if (!isBelow("/v1", path)) return false;
  const { method, headers } = request;
  const opensPage = (method === "GET" || method === "HEAD") && headers.authorization === undefined;
  return !opensPage || !wantsPage(request) || transcoder.matchesPath(path.split("?", 1)[0] ?? "");
}

async function answer(
  checkout: CheckoutContext,
  faces: Faces,
  request: HttpRequest,
  response: HttpResponse,
): Promise<void> {
  if (request.url === "*") return sendOptions(response, METHODS);
  const path = pathOf(request);
  if (path === undefined) return sendFailure(response, "path_malformed", MALFORMED_PATH);
  if (isCall(faces, request, path)) return faces.transcoder(request, response);
  if (faces.sandbox !== undefined && path.startsWith("/sandbox/"))
    return await faces.sandbox(request, response);
  if (await answerPage(checkout, request, response, path)) return;
  faces.connect(request, response);
}

const MALFORMED_PATH = "The path holds a broken percent-escape, or bytes that are not UTF-8.";

function answerFailure(
  checkout: CheckoutContext,
  request: HttpRequest,
  response: HttpResponse,
  error: unknown,
): void {
  const isOurs = !(error instanceof BodyBrokenOff);
  if (isOurs) checkout.log.error({ err: error, requestId: requestIdOf(request) }, "unexpected error");
  if (!isOurs || response.headersSent) return void response.destroy();
  const path = pathOf(request) ?? "";
  sendPathFailure(checkout, response, path, "internal_error", "Something went wrong on our side.");
}

/**
 * Creates the listener of a port without API calls: gives each request its id, and refuses those without a
 * valid host or path. `secure`: the port speaks TLS.
 */
export function checkedListener(
  secure: boolean,
  answer: (request: HttpRequest, response: HttpResponse) => void,
): (request: HttpRequest, response: HttpResponse) => void {
  return (request, response) => {
    const problem = addressProblem(request);
    setCallHeaders(response, newId("req", Date.now()), secure);
    if (problem !== undefined) refuseAddress(request, response, problem);
    else if (request.url === "*") sendOptions(response, METHODS);
    else answer(request, response);
  };
}

/** Sets the headers of every response, before a handler sends one. */
function setCallHeaders(response: HttpResponse, requestId: string, secure: boolean): void {
  for (const [name, value] of Object.entries(callHeaders(requestId, secure))) response.setHeader(name, value);
}

/** Sends the error of a request whose host or path is invalid. */
function refuseAddress(
  request: HttpRequest,
  response: HttpResponse,
  { reason, message }: AddressProblem,
): void {
  // The next request on this connection cannot be trusted either.
  sendFailure(response, reason, message, "stream" in request ? {} : { connection: "close" });
}

/** Every method that any address of this server takes. */
export const METHODS = "DELETE, GET, HEAD, OPTIONS, POST, PUT";

/** Headers of every response to a call: it concerns money, and only the caller may keep it. */
const PRIVATE = { "cache-control": "no-store", "x-content-type-options": "nosniff" };

/**
 * With TLS: for a year, browsers use no plain HTTP. Without `includeSubDomains`, since this service does not
 * run those.
 */
const HSTS = { "strict-transport-security": "max-age=31536000" };

/** The common headers of a response to a call. `secure`: the port speaks TLS. */
export function callHeaders(requestId: string, secure: boolean): Record<string, string> {
  return secure ? { "request-id": requestId, ...PRIVATE, ...HSTS } : { "request-id": requestId, ...PRIVATE };
}

/** What is wrong with a request's host or target. */
interface AddressProblem {
  readonly reason: FailureReason;
  readonly message: string;
}

/**
 * Checks a request's host and target; undefined where both are valid. Afterwards its `url` is a path with a
 * query, or `*`: a target in absolute form is split, and its host replaces the Host header (RFC 9112, 3.2.2).
 */
function addressProblem(request: HttpRequest): AddressProblem | undefined {
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
  if (authority === "") return malformed("The request target is neither a path nor an http or https URL.");
  if (!isHost(authority)) return hostInvalid("The request target has no valid host.");
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
