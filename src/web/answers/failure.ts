import { Code } from "@connectrpc/connect";
import { preferredMediaTypes } from "negotiator/lib/mediaType.js";

import { html, type Html } from "../../lib/html.js";
import { type HttpRequest, type HttpResponse, send } from "../../lib/http.js";
import { newId } from "../../lib/ids.js";
import { type ErrorWords, REQUEST_ERRORS, STATUS_ERRORS, WEB_ERRORS } from "../../rpc/errors/error-table.js";
import { httpStatusOf } from "../../transcode/errors/http-status.js";
import { statusOfReason } from "../../transcode/errors/request-error.js";
import { sendPage } from "./shopper-pages.js";

/** Why a request failed that is no call of the merchants' API. */
export type FailureReason =
  keyof typeof WEB_ERRORS | RequestReason | "internal_error" | "service_unavailable";

type RequestReason =
  "path_unknown" | "path_malformed" | "method_not_allowed" | "body_too_large" | "media_type_unsupported";

/** A failure in the JSON shape that docs/errors.md promises. */
export interface Failure {
  readonly status: number;
  readonly body: string;
}

/** Sends a failure in the error shape of the merchants' API, for programs. */
export function sendFailure(
  response: HttpResponse,
  reason: FailureReason,
  message: string,
  headers: Record<string, string> = {},
): void {
  const { status, body } = failure(reason, message, idFor(response));
  send(response, status, body, { "content-type": "application/json", ...headers });
}

/** Sends a failure as a page, for people. `about` says what it is about, where that is known. */
export function sendFailurePage(
  response: HttpResponse,
  reason: FailureReason,
  message: string,
  headers: Record<string, string> = {},
  about?: Html,
): void {
  const requestId = idFor(response);
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  sendPage(response, {
    status: WEB_FAILURES[reason].status,
    title: "This did not work",
    body: html`<p>${message}</p>
      ${about}
      <p><small>${requestId}</small></p>`,
  });
}

/** Whether a request prefers HTML to JSON, as a browser does that opens a page. What takes either gets JSON. */
export function wantsPage({ headers }: HttpRequest): boolean {
  const { accept } = headers;
  return accept !== undefined && preferredMediaTypes(accept, OFFERED)[0] === "text/html";
}

/** JSON first: of what a client likes as much, it gets that. */
const OFFERED = ["application/json", "text/html"];

/** Renders a failure as JSON with its request's id. */
export function failure(reason: FailureReason, message: string, requestId: string): Failure {
  const { status, type, code } = WEB_FAILURES[reason];
  return { status, body: JSON.stringify({ error: { type, code, message, request_id: requestId } }) };
}

/** Returns the response's `request-id` header, and sets a new one where it has none. */
function idFor(response: HttpResponse): string {
  const known = response.getHeader("request-id");
  if (typeof known === "string") return known;
  const requestId = newId("req", Date.now());
  response.setHeader("request-id", requestId);
  return requestId;
}

type WebFailure = ErrorWords & { readonly status: number };

const requestFailure = (reason: RequestReason): WebFailure => ({
  ...REQUEST_ERRORS[reason],
  status: statusOfReason(reason),
});

/** HTTP status and error table entry of every reason. */
const WEB_FAILURES: Record<FailureReason, WebFailure> = {
  ...WEB_ERRORS,
  path_unknown: requestFailure("path_unknown"),
  path_malformed: requestFailure("path_malformed"),
  method_not_allowed: requestFailure("method_not_allowed"),
  body_too_large: requestFailure("body_too_large"),
  media_type_unsupported: requestFailure("media_type_unsupported"),
  internal_error: { ...STATUS_ERRORS[Code.Internal], status: httpStatusOf(Code.Internal) },
  service_unavailable: { ...STATUS_ERRORS[Code.Unavailable], status: httpStatusOf(Code.Unavailable) },
};
