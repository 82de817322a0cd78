import { type HttpRequest, type HttpResponse, sendOptions } from "../../lib/http.js";
import { newId } from "../../lib/ids.js";
import { callHeaders } from "../answers/answer-headers.js";
import { sendFailure } from "../answers/failure.js";
import { METHODS } from "./parser-failures.js";
import { type AddressProblem, addressProblem } from "./request-address.js";

/**
 * A listener of a port that has no calls: gives each request its id, and refuses those that name no host or no path.
 * `secure`: the port speaks TLS.
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

/** Sets the headers that every answer has, for whoever sends one later. */
export function setCallHeaders(response: HttpResponse, requestId: string, secure: boolean): void {
  for (const [name, value] of Object.entries(callHeaders(requestId, secure))) response.setHeader(name, value);
}

/** Tells what is wrong with where a request is sent. */
export function refuseAddress(
  request: HttpRequest,
  response: HttpResponse,
  { reason, message }: AddressProblem,
): void {
  // Whose request the next one on this connection is cannot be told either.
  sendFailure(response, reason, message, "stream" in request ? {} : { connection: "close" });
}
