import { Code } from "@connectrpc/connect";

import type { Reason } from "../domain/refusal.js";
import type { Reason as RequestReason } from "../transcode/request-error.js";

/** What merchants are told about one kind of failure, in Stripe's words. */
export interface ErrorWords {
  readonly type: "invalid_request_error" | "api_error" | "card_error" | "idempotency_error";
  /** Stable word for programs. */
  readonly code: string;
  /** One sentence for `docs/errors.md`. */
  readonly meaning: string;
}

/** A failure that a use case or an interceptor names. */
export interface RefusalRow extends ErrorWords {
  /** The status over gRPC. The HTTP status follows from it. */
  readonly grpc: Code;
}

/** Every reason of a refusal. The compiler demands a row for a new one, a test demands its line in the docs. */
export const REFUSALS: Record<Reason, RefusalRow> = {
  PARAMETER_MISSING: {
    grpc: Code.InvalidArgument,
    type: "invalid_request_error",
    code: "parameter_missing",
    meaning: "A required field is missing or empty.",
  },
  PARAMETER_INVALID: {
    grpc: Code.InvalidArgument,
    type: "invalid_request_error",
    code: "parameter_invalid",
    meaning: "A field has a value that is not allowed.",
  },
  API_KEY_MISSING: {
    grpc: Code.Unauthenticated,
    type: "invalid_request_error",
    code: "api_key_missing",
    meaning: "The call carries no `Authorization: Bearer sk_...` header.",
  },
  API_KEY_UNKNOWN: {
    grpc: Code.Unauthenticated,
    type: "invalid_request_error",
    code: "api_key_invalid",
    meaning: "There is no such key.",
  },
  API_KEY_REVOKED: {
    grpc: Code.Unauthenticated,
    type: "invalid_request_error",
    code: "api_key_revoked",
    meaning: "The key was revoked.",
  },
  TEST_MODE_OFF: {
    grpc: Code.Unauthenticated,
    type: "invalid_request_error",
    code: "test_mode_off",
    meaning: "The key is a test key, and this server runs without the sandbox gateway.",
  },
  SESSION_NOT_FOUND: {
    grpc: Code.NotFound,
    type: "invalid_request_error",
    code: "resource_missing",
    meaning: "The key's merchant has no such session in the key's mode.",
  },
  CUSTOMER_NOT_FOUND: {
    grpc: Code.InvalidArgument,
    type: "invalid_request_error",
    code: "resource_missing",
    meaning: "The key's merchant has no such customer in the key's mode.",
  },
  CURRENCY_UNKNOWN: {
    grpc: Code.InvalidArgument,
    type: "invalid_request_error",
    code: "currency_invalid",
    meaning: "The currency is not a code of ISO 4217.",
  },
  CURRENCIES_MIXED: {
    grpc: Code.InvalidArgument,
    type: "invalid_request_error",
    code: "currencies_mixed",
    meaning: "The line items are not all in one currency.",
  },
  AMOUNT_TOO_SMALL: {
    grpc: Code.InvalidArgument,
    type: "invalid_request_error",
    code: "amount_too_small",
    meaning: "The total of the line items is below 1 minor unit.",
  },
  AMOUNT_TOO_LARGE: {
    grpc: Code.InvalidArgument,
    type: "invalid_request_error",
    code: "amount_too_large",
    meaning: "The total of the line items is above 99999999999 minor units.",
  },
  URL_INVALID: {
    grpc: Code.InvalidArgument,
    type: "invalid_request_error",
    code: "url_invalid",
    meaning: "The URL is not absolute, not http or https, or holds a user name or password.",
  },
  EXPIRES_AT_INVALID: {
    grpc: Code.InvalidArgument,
    type: "invalid_request_error",
    code: "expires_at_invalid",
    meaning: "`expires_at` is not 5 minutes to 24 hours from now.",
  },
  SESSION_NOT_OPEN: {
    grpc: Code.FailedPrecondition,
    type: "invalid_request_error",
    code: "session_not_open",
    meaning: "Only an open session can be expired.",
  },
  CURSOR_NOT_FOUND: {
    grpc: Code.InvalidArgument,
    type: "invalid_request_error",
    code: "resource_missing",
    meaning: "`starting_after` or `ending_before` is the id of nothing in the list.",
  },
  IDEMPOTENCY_KEY_REUSED: {
    grpc: Code.InvalidArgument,
    type: "idempotency_error",
    code: "idempotency_key_reused",
    meaning: "The `Idempotency-Key` was first used with another call, or with other parameters.",
  },
  IDEMPOTENCY_KEY_IN_USE: {
    grpc: Code.Aborted,
    type: "idempotency_error",
    code: "idempotency_key_in_use",
    meaning: "A request with this `Idempotency-Key` is still under way. Try again.",
  },
  LIVEMODE_MISMATCH: {
    grpc: Code.PermissionDenied,
    type: "invalid_request_error",
    code: "livemode_mismatch",
    meaning: "The call is for test mode only, and the key is a live key.",
  },
  CONFLICT: {
    grpc: Code.Aborted,
    type: "invalid_request_error",
    code: "conflict",
    meaning: "Another request changed the object meanwhile. Try again.",
  },
  DATABASE_AWAY: {
    grpc: Code.Unavailable,
    type: "api_error",
    code: "service_unavailable",
    meaning: "The service cannot reach its database. Try again.",
  },
};

const invalid = (code: string, meaning: string): ErrorWords => ({
  type: "invalid_request_error",
  code,
  meaning,
});

/** What can be wrong with a request over HTTP before it is a call. Status and text are the transcoder's. */
export const REQUEST_ERRORS: Record<RequestReason, ErrorWords> = {
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
    "Two fields are given that exclude each other, or contradict.",
  ),
  query_malformed: invalid("query_malformed", "The query string has a broken escape, or is not UTF-8."),
  body_malformed: invalid("body_malformed", "The body is not one JSON object."),
  body_unexpected: invalid("body_unexpected", "The address takes no body."),
  body_too_large: invalid(
    "body_too_large",
    "The body is larger than this address takes, also when unpacked.",
  ),
  media_type_unsupported: invalid("media_type_unsupported", "The body is not `application/json` in UTF-8."),
  encoding_unsupported: invalid("encoding_unsupported", "The body is encoded with something else than gzip."),
  timeout_invalid: invalid("timeout_invalid", "The `grpc-timeout` header is not one."),
  deadline_exceeded: {
    type: "api_error",
    code: "deadline_exceeded",
    meaning: "The answer took too long. What became of the request is unknown: ask before you send it again.",
  },
};

const fault = (code: string, meaning: string): ErrorWords => ({ type: "api_error", code, meaning });

/** Whatever comes without a reason of ours, by its gRPC code. */
export const STATUS_ERRORS: Record<Code, ErrorWords> = {
  [Code.Canceled]: invalid("canceled", "The caller gave up."),
  [Code.Unknown]: fault("internal_error", "Something went wrong on our side."),
  [Code.InvalidArgument]: invalid("request_invalid", "The request is not valid."),
  [Code.DeadlineExceeded]: fault("deadline_exceeded", "The answer took too long."),
  [Code.NotFound]: invalid("resource_missing", "There is no such object."),
  [Code.AlreadyExists]: invalid("resource_exists", "There is such an object already."),
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
