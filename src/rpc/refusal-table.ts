import { Code } from "@connectrpc/connect";

import type { Reason } from "../domain/refusal.js";
import { httpStatusOf } from "../transcode/error.js";
import type { ErrorWords } from "./error-table.js";

/** A failure that a use case or an interceptor names. */
export interface RefusalRow extends ErrorWords {
  /** The status over gRPC. The HTTP status follows from it, but for `http`. */
  readonly grpc: Code;
  /** The HTTP status where it is not the usual one of that. */
  readonly http?: number;
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
    meaning: "`customer` is none of the merchant's in the key's mode, or is deleted.",
  },
  NO_SUCH_CUSTOMER: {
    grpc: Code.NotFound,
    type: "invalid_request_error",
    code: "resource_missing",
    meaning: "The key's merchant has no such customer in the key's mode.",
  },
  CUSTOMER_EXISTS: {
    grpc: Code.AlreadyExists,
    type: "invalid_request_error",
    code: "resource_already_exists",
    meaning: "The merchant has, or had, a customer with this id.",
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
  PAYMENT_INTENT_NOT_FOUND: {
    grpc: Code.NotFound,
    type: "invalid_request_error",
    code: "resource_missing",
    meaning: "The key's merchant has no such payment intent in the key's mode.",
  },
  PAYMENT_INTENT_STATE: {
    grpc: Code.FailedPrecondition,
    type: "invalid_request_error",
    code: "payment_intent_unexpected_state",
    meaning: "Only a payment intent that requires a payment method can be confirmed or canceled.",
  },
  PAYMENT_METHOD_UNUSABLE: {
    grpc: Code.InvalidArgument,
    type: "invalid_request_error",
    code: "payment_method_unusable",
    meaning: "The payment method is none of the customer's own, or its card may not be charged again.",
  },
  CARD_DECLINED: {
    grpc: Code.FailedPrecondition,
    http: 402,
    type: "card_error",
    code: "card_declined",
    meaning:
      "The charge came to nothing: see `decline_code`. The payment intent can be confirmed or canceled.",
  },
  GATEWAY_AWAY: {
    grpc: Code.Unavailable,
    type: "api_error",
    code: "gateway_unavailable",
    meaning: "The payment gateway does not answer for now. Nothing was charged: try again.",
  },
  CURSOR_NOT_FOUND: {
    grpc: Code.InvalidArgument,
    type: "invalid_request_error",
    code: "resource_missing",
    meaning: "`starting_after` or `ending_before` is the id of nothing in the list.",
  },
  HELD_PAYMENT_NOT_FOUND: {
    grpc: Code.NotFound,
    type: "invalid_request_error",
    code: "resource_missing",
    meaning: "The key's merchant has no such held payment in the key's mode.",
  },
  HELD_PAYMENT_RESOLVED: {
    grpc: Code.FailedPrecondition,
    type: "invalid_request_error",
    code: "held_payment_resolved",
    meaning: "The held payment is resolved already, and that is final.",
  },
  HELD_PAYMENT_BUSY: {
    grpc: Code.Aborted,
    type: "invalid_request_error",
    code: "held_payment_busy",
    meaning: "Another call is returning this payment's money. Read it again in a minute.",
  },
  RESOLUTION_NOT_POSSIBLE: {
    grpc: Code.FailedPrecondition,
    type: "invalid_request_error",
    code: "resolution_not_possible",
    meaning: "The resolution is none of the held payment's `possible_resolutions`.",
  },
  RETURN_TOO_EARLY: {
    grpc: Code.FailedPrecondition,
    type: "invalid_request_error",
    code: "return_too_early",
    meaning:
      "The payment is being settled: it cannot be cancelled any more, nor refunded yet. Try again in a day.",
  },
  RETURN_REFUSED: {
    grpc: Code.FailedPrecondition,
    type: "card_error",
    code: "return_refused",
    meaning: "The gateway refuses to give the money back, or has none of it. Nothing was changed.",
  },
  RETURN_UNKNOWN: {
    grpc: Code.Unavailable,
    type: "api_error",
    code: "return_unknown",
    meaning: "The gateway's answer was lost, or says nothing. Make the call again: it asks before it sends.",
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

/** The HTTP status of a refusal. */
export function httpStatusOfRefusal({ grpc, http }: RefusalRow): number {
  return http ?? httpStatusOf(grpc);
}
