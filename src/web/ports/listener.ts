import type { CheckoutContext } from "../../checkout/context.js";
import { BodyBrokenOff, type HttpRequest, type HttpResponse, sendOptions } from "../../lib/http.js";
import { newId } from "../../lib/ids.js";
import { refuseAddress, setCallHeaders } from "./checked-listener.js";
import { sendFailure } from "../answers/failure.js";
import { answerPage, sendPathFailure } from "../pages/page-routes.js";
import { METHODS } from "./parser-failures.js";
import { addressProblem, pathOf } from "./request-address.js";

/** Answers requests of either HTTP version. */
export type Listener = (request: HttpRequest, response: HttpResponse) => void;

/** The handlers of the addresses that are no pages. */
export interface Faces {
  /** The merchants' JSON API below `/v1`. */
  readonly transcoder: Listener;
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
    if (problem === undefined && isBelow("/v1", request.url ?? ""))
      return faces.transcoder(request, response);
    setCallHeaders(response, requestId, secure);
    if (problem !== undefined) return refuseAddress(request, response, problem);
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

async function answer(
  checkout: CheckoutContext,
  faces: Faces,
  request: HttpRequest,
  response: HttpResponse,
): Promise<void> {
  if (request.url === "*") return sendOptions(response, METHODS);
  const path = pathOf(request);
  if (path === undefined) return sendFailure(response, "path_malformed", MALFORMED_PATH);
  if (isBelow("/v1", path)) return faces.transcoder(request, response);
  if (faces.sandbox !== undefined && path.startsWith("/sandbox/"))
    return await faces.sandbox(request, response);
  if (await answerPage(checkout, request, response, path)) return;
  faces.connect(request, response);
}

const MALFORMED_PATH = "The path holds a broken percent-escape, or bytes that are not UTF-8.";

/** Whether a path, with or without a query, equals `face` or lies below it. */
function isBelow(face: string, path: string): boolean {
  if (!path.startsWith(face)) return false;
  const next = path.charAt(face.length);
  return next === "" || next === "/" || next === "?";
}

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
  sendPathFailure(response, path, "internal_error", "Something went wrong on our side.");
}
