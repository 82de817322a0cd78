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

/** Whoever answers the addresses that are no pages of ours. */
export interface Faces {
  /** Merchants' JSON below `/v1`. */
  readonly transcoder: Listener;
  /** gRPC, gRPC-Web and Connect: any other address; answers 404 by itself. */
  readonly connect: Listener;
  /** The stand-in gateway below `/sandbox`. Undefined where it is off, or runs elsewhere. */
  readonly sandbox: ((request: HttpRequest, response: HttpResponse) => Promise<void>) | undefined;
}

/**
 * The one listener behind every port: gives each request its id, refuses those that name no host or no path,
 * and hands the others to the face that they are for. `secure`: the port speaks TLS.
 *
 * `new URL` would resolve `..` in a path and read `//host/` as another host.
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

/** The id that `createListener` gave to a request. */
export function requestIdOf(request: object): string {
  return (request as Named)[REQUEST_ID] ?? "";
}

/** Not a header, which anybody could send; nor a weak map of requests, which is work for the garbage collector. */
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

/** Whether a path, with or without a query, is that of a face or lies below it. */
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
