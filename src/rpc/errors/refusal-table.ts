import { Code } from "@connectrpc/connect";

import type { RefusalReason } from "../../domain/refusal.js";
import { httpStatusOf } from "../../transcode/errors/http-status.js";
import { CAPTURE_REFUSALS } from "./capture-refusals.js";
import { EVENT_REFUSALS } from "./event-refusals.js";
import { PARAMETER_REFUSALS } from "./parameter-refusals.js";
import { ofType, type RefusalRow } from "./refusal-row.js";

const invalid = ofType("invalid_request_error");
const idempotency = ofType("idempotency_error");
const card = ofType("card_error");
const ours = ofType("api_error");

/** What a person, or another call, has to end first. */
const A_MINUTE_S = 60;

/** Every reason of a refusal. The compiler demands a row for each reason, a test its line in docs/errors.md. */
export const REFUSALS: Record<RefusalReason, RefusalRow> = {
  ...PARAMETER_REFUSALS,
  API_KEY_MISSING: invalid(
    Code.Unauthenticated,
    "api_key_missing",
    "The call carries no `Authorization: Bearer sk_...` header.",
  ),
  API_KEY_UNKNOWN: invalid(Code.Unauthenticated, "api_key_invalid", "There is no such key."),
  API_KEY_REVOKED: invalid(Code.Unauthenticated, "api_key_revoked", "The key was revoked."),
  TEST_MODE_OFF: invalid(
    Code.Unauthenticated,
    "test_mode_off",
    "The key is a test key, and this server runs without the sandbox gateway.",
  ),
  SESSION_NOT_FOUND: invalid(
    Code.NotFound,
    "resource_missing",
    "The key's merchant has no such session in the key's mode.",
  ),
  CUSTOMER_NOT_FOUND: invalid(
    Code.InvalidArgument,
    "resource_missing",
    "The key's merchant has no such `customer` in the key's mode, or it is deleted.",
  ),
  NO_SUCH_CUSTOMER: invalid(
    Code.NotFound,
    "resource_missing",
    "The key's merchant has no such customer in the key's mode.",
  ),
  CUSTOMER_EXISTS: invalid(
    Code.AlreadyExists,
    "resource_already_exists",
    "The merchant has, or had, a customer with this id.",
  ),
  PAYMENT_METHOD_NOT_FOUND: invalid(
    Code.NotFound,
    "resource_missing",
    "The key's merchant has no such payment method in the key's mode.",
  ),
  PAYMENT_METHOD_ATTACHED: invalid(
    Code.FailedPrecondition,
    "payment_method_unexpected_state",
    "The payment method is attached to another customer.",
  ),
  PAYMENT_METHOD_NOT_ATTACHED: invalid(
    Code.FailedPrecondition,
    "payment_method_unexpected_state",
    "The payment method is attached to no customer.",
  ),
  PAYMENT_METHOD_NOT_REUSABLE: invalid(
    Code.FailedPrecondition,
    "payment_method_unexpected_state",
    "The shopper did not agree that the card is stored.",
  ),
  CURRENCY_UNKNOWN: invalid(
    Code.InvalidArgument,
    "currency_invalid",
    "The currency is not a code of ISO 4217.",
  ),
  CURRENCIES_MIXED: invalid(
    Code.InvalidArgument,
    "currencies_mixed",
    "The line items are not all in one currency.",
  ),
  AMOUNT_TOO_SMALL: invalid(
    Code.InvalidArgument,
    "amount_too_small",
    "The total of the line items is below 1 minor unit.",
  ),
  AMOUNT_TOO_LARGE: invalid(
    Code.InvalidArgument,
    "amount_too_large",
    "The total of the line items is above 99999999999 minor units.",
  ),
  URL_INVALID: invalid(
    Code.InvalidArgument,
    "url_invalid",
    "The URL is not absolute, not http or https, or holds a user name or password.",
  ),
  EXPIRES_AT_INVALID: invalid(
    Code.InvalidArgument,
    "expires_at_invalid",
    "`expires_at` is not 5 minutes to 24 hours from now.",
  ),
  SESSION_NOT_OPEN: invalid(
    Code.FailedPrecondition,
    "session_not_open",
    "Only an open session can be expired.",
  ),
  PAYMENT_INTENT_NOT_FOUND: invalid(
    Code.NotFound,
    "resource_missing",
    "The key's merchant has no such payment intent in the key's mode.",
  ),
  SETUP_INTENT_NOT_FOUND: invalid(
    Code.NotFound,
    "resource_missing",
    "The key's merchant has no such setup intent in the key's mode.",
  ),
  PAYMENT_INTENT_STATE: invalid(
    Code.FailedPrecondition,
    "payment_intent_unexpected_state",
    "The payment intent is not in a status in which it can be confirmed, captured or canceled: see the message.",
  ),
  PAYMENT_METHOD_UNUSABLE: invalid(
    Code.InvalidArgument,
    "payment_method_unusable",
    "The payment method is not the customer's, or its card may not be charged again.",
  ),
  CARD_DECLINED: {
    ...card(
      Code.FailedPrecondition,
      "card_declined",
      "The charge did not succeed: see `decline_code`. The payment intent can be confirmed or canceled.",
    ),
    http: 402,
  },
  ...CAPTURE_REFUSALS,
  GATEWAY_AWAY: ours(
    Code.Unavailable,
    "gateway_unavailable",
    "The payment gateway does not answer for now. Nothing was charged: try again.",
  ),
  LIVE_PAYMENTS_OFF: {
    ...ours(
      Code.Unavailable,
      "live_payments_off",
      "The gateway cannot reach this server: its operator has to correct `PUBLIC_URL`. Nothing was charged.",
    ),
    retryAfterS: A_MINUTE_S,
  },
  CURSOR_NOT_FOUND: invalid(
    Code.InvalidArgument,
    "resource_missing",
    "The list has no object with the id in `starting_after` or `ending_before`.",
  ),
  HELD_PAYMENT_NOT_FOUND: invalid(
    Code.NotFound,
    "resource_missing",
    "The key's merchant has no such held payment in the key's mode.",
  ),
  HELD_PAYMENT_RESOLVED: invalid(
    Code.FailedPrecondition,
    "held_payment_resolved",
    "The held payment is resolved already, and that is final.",
  ),
  HELD_PAYMENT_BUSY: {
    ...invalid(
      Code.Aborted,
      "held_payment_busy",
      "Another call is returning this payment's money. Read it again in a minute.",
    ),
    retryAfterS: A_MINUTE_S,
  },
  RESOLUTION_NOT_POSSIBLE: invalid(
    Code.FailedPrecondition,
    "resolution_not_possible",
    "The held payment cannot be resolved in this way: see the message, and its `possible_resolutions`.",
  ),
  RETURN_TOO_EARLY: invalid(
    Code.FailedPrecondition,
    "return_too_early",
    "The payment is being settled: it cannot be cancelled any more, nor refunded yet. Try again in a day.",
  ),
  RETURN_REFUSED: card(
    Code.FailedPrecondition,
    "return_refused",
    "The gateway refuses to give the money back, or has none of it. Nothing was changed.",
  ),
  RETURN_UNKNOWN: ours(
    Code.Unavailable,
    "return_unknown",
    "The gateway's answer was lost or is unclear. Repeat the call: it first asks the gateway.",
  ),
  REFUND_NOT_FOUND: invalid(
    Code.NotFound,
    "resource_missing",
    "The key's merchant has no such refund in the key's mode.",
  ),
  REFUND_TOO_LARGE: invalid(
    Code.InvalidArgument,
    "refund_too_large",
    "The refund is more than what is left of the payment. The message says how much is left.",
  ),
  PAYMENT_NOT_REFUNDABLE: invalid(
    Code.FailedPrecondition,
    "payment_not_refundable",
    "No money was received by this payment, so there is none to give back.",
  ),
  ...EVENT_REFUSALS,
  IDEMPOTENCY_KEY_REUSED: idempotency(
    Code.InvalidArgument,
    "idempotency_key_reused",
    "The `Idempotency-Key` was first used with another call, or with other parameters.",
  ),
  IDEMPOTENCY_KEY_IN_USE: idempotency(
    Code.Aborted,
    "idempotency_key_in_use",
    "A request with this `Idempotency-Key` is still in progress. Try again.",
  ),
  LIVEMODE_MISMATCH: invalid(
    Code.PermissionDenied,
    "livemode_mismatch",
    "The call is for test mode only, and the key is a live key.",
  ),
  CONFLICT: invalid(Code.Aborted, "conflict", "Another request changed the object meanwhile. Try again."),
  DATABASE_AWAY: ours(
    Code.Unavailable,
    "service_unavailable",
    "The service cannot reach its database. Try again.",
  ),
  SANDBOX_AWAY: ours(
    Code.Unavailable,
    "sandbox_unavailable",
    "The service cannot reach the sandbox gateway, or the gateway does not know the merchant yet. Try again.",
  ),
};

/** The HTTP status of a refusal. */
export function httpStatusOfRefusal({ grpc, http }: RefusalRow): number {
  return http ?? httpStatusOf(grpc);
}
