/**
 * Why a call is refused: stable names, part of the gRPC contract (`google.rpc.ErrorInfo.reason`).
 * `rpc/refusal-table.ts` maps each to what the API answers, and `docs/errors.md` documents it.
 */
export type RefusalReason =
  | "PARAMETER_MISSING"
  | "PARAMETER_INVALID"
  | "PARAMETERS_EXCLUSIVE"
  | "PARAMETER_UNSUPPORTED"
  | "API_KEY_MISSING"
  | "API_KEY_UNKNOWN"
  | "API_KEY_REVOKED"
  | "TEST_MODE_OFF"
  | "SESSION_NOT_FOUND"
  | "CUSTOMER_NOT_FOUND"
  | "NO_SUCH_CUSTOMER"
  | "CUSTOMER_EXISTS"
  | "PAYMENT_METHOD_NOT_FOUND"
  | "PAYMENT_METHOD_ATTACHED"
  | "PAYMENT_METHOD_NOT_ATTACHED"
  | "PAYMENT_METHOD_NOT_REUSABLE"
  | "CURRENCY_UNKNOWN"
  | "CURRENCIES_MIXED"
  | "AMOUNT_TOO_SMALL"
  | "AMOUNT_TOO_LARGE"
  | "URL_INVALID"
  | "EXPIRES_AT_INVALID"
  | "SESSION_NOT_OPEN"
  | "PAYMENT_INTENT_NOT_FOUND"
  | "SETUP_INTENT_NOT_FOUND"
  | "PAYMENT_INTENT_STATE"
  | "PAYMENT_METHOD_UNUSABLE"
  | "CARD_DECLINED"
  | "CAPTURE_TOO_LARGE"
  | "CAPTURE_REFUSED"
  | "GATEWAY_AWAY"
  | "LIVE_PAYMENTS_OFF"
  | "CURSOR_NOT_FOUND"
  | "HELD_PAYMENT_NOT_FOUND"
  | "HELD_PAYMENT_RESOLVED"
  | "HELD_PAYMENT_BUSY"
  | "RESOLUTION_NOT_POSSIBLE"
  | "RETURN_TOO_EARLY"
  | "RETURN_REFUSED"
  | "RETURN_UNKNOWN"
  | "REFUND_NOT_FOUND"
  | "REFUND_TOO_LARGE"
  | "PAYMENT_NOT_REFUNDABLE"
  | "EVENT_NOT_FOUND"
  | "EVENTS_NOT_KEPT"
  | "TOO_MANY_STREAMS"
  | "WEBHOOK_URL_REFUSED"
  | "WEBHOOK_ENDPOINT_NOT_FOUND"
  | "WEBHOOK_ENDPOINT_DISABLED"
  | "TOO_MANY_WEBHOOK_ENDPOINTS"
  | "WEBHOOK_DELIVERY_NOT_FOUND"
  | "IDEMPOTENCY_KEY_REUSED"
  | "IDEMPOTENCY_KEY_IN_USE"
  | "LIVEMODE_MISMATCH"
  | "CONFLICT"
  | "DATABASE_AWAY"
  | "SANDBOX_AWAY";

/** One wrong field. */
export interface Violation {
  /** In proto names: `line_items[0].price_data.currency`. */
  readonly field: string;
  /** What is wrong with it, for the caller. */
  readonly description: string;
}

/** An error that the caller can correct. Any other error that is thrown is a bug of this service. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly reason: RefusalReason;

  /** The wrong fields, the first one first; often none. */
  readonly violations: readonly Violation[];

  /** Further facts for programs, by the API's field names: `decline_code`. */
  readonly facts: Readonly<Record<string, string>>;

  /**
   * `message` is for the caller: a sentence that says what is wrong. `about` is the field, or all wrong
   * fields.
   */
  constructor(
    reason: RefusalReason,
    message: string,
    about: string | readonly Violation[] = [],
    facts: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.reason = reason;
    this.facts = facts;
    this.violations = typeof about === "string" ? [{ field: about, description: message }] : about;
  }
}
