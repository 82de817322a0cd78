import { Code } from "@connectrpc/connect";

import type { RoutingReason } from "../../transcode/errors/request-error.js";

/** How one kind of failure is reported to merchants, in Stripe's terms. */
export interface ErrorWords {
  readonly type: "invalid_request_error" | "api_error" | "card_error" | "idempotency_error";
  /** Stable code for programs. */
  readonly code: string;
  /** One sentence for `docs/errors.md`. */
  readonly meaning: string;
}

const invalid = (code: string, meaning: string): ErrorWords => ({
  type: "invalid_request_error",
  code,
  meaning,
});

/** Errors of an HTTP request before it is a call. The transcoder decides status and message. */
export const REQUEST_ERRORS: Record<RoutingReason, ErrorWords> = {
  path_unknown: invalid("path_unknown", "There is nothing at this address."),
  path_malformed: invalid("path_malformed", "The address has a broken escape, or is not UTF-8."),
  method_not_allowed: invalid("method_not_allowed", "The address does not take this method; see `Allow`."),
  parameter_unknown: invalid(
    "parameter_unknown",
    "The request has a field or query parameter that does not exist.",
  ),
  parameter_invalid: invalid("parameter_invalid", "A field has a value that is not allowed."),
  parameter_repeated: invalid("parameter_repeated", "A field that takes one value is given twice."),
  parameter_conflict: invalid(
    "parameter_conflict",
    "Two fields are given that exclude or contradict each other.",
  ),
  query_malformed: invalid("query_malformed", "The query string has a broken escape, or is not UTF-8."),
  body_malformed: invalid(
    "body_malformed",
    "The body is not one JSON object, or not UTF-8, or too deep or too long.",
  ),
  body_unexpected: invalid("body_unexpected", "The address takes no body."),
  body_too_large: invalid(
    "body_too_large",
    "The body is larger than this address allows, packed or unpacked.",
  ),
  media_type_unsupported: invalid(
    "media_type_unsupported",
    "The body is neither `application/json` nor `application/x-www-form-urlencoded` in UTF-8.",
  ),
  encoding_unsupported: invalid("encoding_unsupported", "The body has a content encoding other than gzip."),
  timeout_invalid: invalid("timeout_invalid", "The `grpc-timeout` header is not a valid timeout."),
  deadline_exceeded: {
    type: "api_error",
    code: "deadline_exceeded",
    meaning:
      "The answer took too long. The request may have been carried out: check before you send it again.",
  },
};

/** Further errors of requests to any address, also of those that are no calls. */
export const WEB_ERRORS = {
  request_malformed: {
    ...invalid("request_malformed", "The request could not be read as HTTP."),
    status: 400,
  },
  host_invalid: {
    ...invalid(
      "host_invalid",
      "The `Host` header is missing, given twice, or not a host with an optional port.",
    ),
    status: 400,
  },
  callback_refused: {
    ...invalid("callback_refused", "The message is not signed by the account that it names."),
    status: 400,
  },
  request_timeout: { ...invalid("request_timeout", "The request took too long to arrive."), status: 408 },
  expectation_unsupported: {
    ...invalid("expectation_unsupported", "The request has an `Expect` header other than `100-continue`."),
    status: 417,
  },
  http_version_unsupported: {
    ...invalid("http_version_unsupported", "The address answers over HTTP/2 only."),
    status: 505,
  },
  headers_too_large: {
    ...invalid("headers_too_large", "The request line and headers are larger than 16 KB."),
    status: 431,
  },
} satisfies Record<string, ErrorWords & { readonly status: number }>;

const fault = (code: string, meaning: string): ErrorWords => ({ type: "api_error", code, meaning });

/** Errors without a reason of this API, by gRPC code. */
export const STATUS_ERRORS: Record<Code, ErrorWords> = {
  [Code.Canceled]: invalid("canceled", "The caller canceled the call."),
  [Code.Unknown]: fault("internal_error", "Something went wrong on our side."),
  [Code.InvalidArgument]: invalid("request_invalid", "The request is not valid."),
  [Code.DeadlineExceeded]: fault("deadline_exceeded", "The answer took too long."),
  [Code.NotFound]: invalid("resource_missing", "There is no such object."),
  [Code.AlreadyExists]: invalid("resource_exists", "Such an object already exists."),
  [Code.PermissionDenied]: invalid("permission_denied", "The key may not do this."),
  [Code.ResourceExhausted]: invalid("rate_limit", "Too many requests, or too large a one."),
  [Code.FailedPrecondition]: invalid("state_invalid", "The object is not in a state that allows this."),
  [Code.Aborted]: invalid("conflict", "Another request changed the object meanwhile. Try again."),
  [Code.OutOfRange]: invalid("parameter_invalid", "A field has a value that is not allowed."),
  [Code.Unimplemented]: fault("not_implemented", "This server cannot do this."),
  [Code.Internal]: fault("internal_error", "Something went wrong on our side."),
  [Code.Unavailable]: fault("service_unavailable", "The service cannot work now. Try again."),
  [Code.DataLoss]: fault("internal_error", "Something went wrong on our side."),
  [Code.Unauthenticated]: invalid("api_key_missing", "The call carries no valid key."),
};
