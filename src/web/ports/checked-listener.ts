import { type HttpRequest, type HttpResponse, sendOptions } from "../../lib/http.js";
import { newId } from "../../lib/ids.js";
import { callHeaders } from "../answers/answer-headers.js";
import { sendFailure } from "../answers/failure.js";
import { METHODS } from "./parser-failures.js";
import { type AddressProblem, addressProblem } from "./request-address.js";

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
export function setCallHeaders(response: HttpResponse, requestId: string, secure: boolean): void {
  for (const [name, value] of Object.entries(callHeaders(requestId, secure))) response.setHeader(name, value);
}

/** Sends the error of a request whose host or path is invalid. */
export function refuseAddress(
  request: HttpRequest,
  response: HttpResponse,
  { reason, message }: AddressProblem,
): void {
  // The next request on this connection cannot be trusted either.
  sendFailure(response, reason, message, "stream" in request ? {} : { connection: "close" });
}
