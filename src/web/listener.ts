import type { Checkout } from "../checkout/checkout.js";
import { BodyBrokenOff, type HttpRequest, type HttpResponse, sendText } from "../lib/http.js";
import { newId } from "../lib/ids.js";
import { answerPage } from "./page-routes.js";

/** Answers requests of either HTTP version. */
export type Listener = (request: HttpRequest, response: HttpResponse) => void;

/** Whoever answers the addresses that are no pages of ours. */
export interface Faces {
  /** Merchants' JSON below `/v1`. */
  readonly transcoder: Listener;
  /** gRPC, gRPC-Web and Connect: any other address; answers 404 by itself. */
  readonly connect: (request: HttpRequest, response: HttpResponse) => Promise<void>;
  /** The stand-in gateway below `/sandbox`. Undefined where it is off, or runs elsewhere. */
  readonly sandbox: ((request: HttpRequest, response: HttpResponse) => Promise<void>) | undefined;
}

/**
 * The one listener behind every port: gives each request its id, and hands it to the face it is for.
 *
 * The path is taken as it was sent. `new URL` would resolve `..` and read `//host/` as another host.
 */
export function createListener(checkout: Checkout, faces: Faces): Listener {
  return (request, response) => {
    const requestId = newId("req", checkout.clock.now());
    (request as Named)[REQUEST_ID] = requestId;
    response.setHeader("request-id", requestId);
    answer(checkout, faces, request, response).catch((error: unknown) => {
      answerFailure(checkout, response, error, requestId);
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
  checkout: Checkout,
  faces: Faces,
  request: HttpRequest,
  response: HttpResponse,
): Promise<void> {
  const path = pathOf(request);
  if (path === "/v1" || path.startsWith("/v1/")) return faces.transcoder(request, response);
  if (faces.sandbox !== undefined && path.startsWith("/sandbox/"))
    return await faces.sandbox(request, response);
  if (await answerPage(checkout, request, response, path)) return;
  await faces.connect(request, response);
}

function pathOf(request: HttpRequest): string {
  return (request.url ?? "").split("?", 1)[0] ?? "";
}

function answerFailure(checkout: Checkout, response: HttpResponse, error: unknown, requestId: string): void {
  const isOurs = !(error instanceof BodyBrokenOff);
  if (isOurs) checkout.log.error({ err: error, requestId }, "unexpected error");
  if (isOurs && !response.headersSent) {
    sendText(response, 500, `Something went wrong on our side (${requestId}).`);
  } else response.destroy();
}
