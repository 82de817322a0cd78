import { Code } from "@connectrpc/connect";

import { html } from "../../lib/html.js";
import { type HttpResponse, send } from "../../lib/http.js";
import { newId } from "../../lib/ids.js";
import { type ErrorWords, REQUEST_ERRORS, STATUS_ERRORS, WEB_ERRORS } from "../../rpc/errors/error-table.js";
import { httpStatusOf } from "../../transcode/errors/error.js";
import { statusOfReason } from "../../transcode/errors/request-error.js";
import { sendPage } from "./page.js";

/** Why a request came to nothing that is no call of the merchants' API. */
export type FailureReason =
  keyof typeof WEB_ERRORS | RequestReason | "internal_error" | "service_unavailable";

type RequestReason =
  "path_unknown" | "path_malformed" | "method_not_allowed" | "body_too_large" | "media_type_unsupported";

/** A failure as it is written in JSON: what docs/errors.md promises of every failure. */
export interface Failure {
  readonly status: number;
  readonly body: string;
}

/** Tells a program what went wrong, in the form that the merchants' API has for it. */
export function sendFailure(
  response: HttpResponse,
  reason: FailureReason,
  message: string,
  headers: Record<string, string> = {},
): void {
  const { status, body } = failure(reason, message, idFor(response));
  send(response, status, body, { "content-type": "application/json", ...headers });
}

/** Tells the same to a person, on a page. */
export function sendFailurePage(
  response: HttpResponse,
  reason: FailureReason,
  message: string,
  headers: Record<string, string> = {},
): void {
  const requestId = idFor(response);
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  sendPage(response, {
    status: WEB_FAILURES[reason].status,
    title: "This did not work",
    body: html`<p>${message}</p>
      <p><small>${requestId}</small></p>`,
  });
}

/** One failure in JSON, with the id of its request. */
export function failure(reason: FailureReason, message: string, requestId: string): Failure {
  const { status, type, code } = WEB_FAILURES[reason];
  return { status, body: JSON.stringify({ error: { type, code, message, request_id: requestId } }) };
}

/** The id that the answer tells already; otherwise one is made, and told. */
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

/** Every reason with its words, which stand in the tables of all errors, and its status. */
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
