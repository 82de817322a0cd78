import type { PaymentIntent } from "./payment-intent.js";
import { Refusal } from "./refusal.js";
import { SETTLEMENT } from "./settlement/settlement.js";

/** The status of a refund, in the API's words. */
export type RefundStatus = "pending" | "succeeded" | "failed";

/** The merchant's reason for a refund, in Stripe's words. */
export type RefundReason = "duplicate" | "fraudulent" | "requested_by_customer";

/**
 * Why a refund failed, without moving money. `declined`: the gateway refused it. `not_refundable`: the
 * gateway has no, or not enough, money of the payment left. `lost`: it was requested, the answer was lost,
 * and the gateway has not made it.
 */
export type RefundFailure = "declined" | "not_refundable" | "lost";

/** A refund of a payment. */
export interface Refund {
  readonly id: string;
  readonly merchantId: string;
  readonly livemode: boolean;
  readonly paymentIntentId: string;
  /** In minor units of `currency`, which is the payment's. */
  readonly amount: number;
  readonly currency: string;
  readonly status: RefundStatus;
  readonly reason: RefundReason | null;
  /** Null unless it failed. */
  readonly failure: RefundFailure | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly createdAt: number;
}

/**
 * The amount of a refund: `wanted`, or (null) the whole amount left. Throws a Refusal if that is more than is
 * left; amounts reserved by pending refunds are not left.
 */
export function amountToRefund(payment: PaymentIntent, wanted: number | null): number {
  if (payment.status !== "succeeded") {
    const message = `This payment is ${payment.status}: it has nothing to refund.`;
    throw new Refusal("PAYMENT_NOT_REFUNDABLE", message, "payment_intent");
  }
  if (payment.settlement === SETTLEMENT.REJECTED) {
    const message = "The gateway has rejected this payment at settlement: it has nothing to refund.";
    throw new Refusal("PAYMENT_NOT_REFUNDABLE", message, "payment_intent");
  }
  const left = payment.amountReceived - payment.amountRefunded;
  const amount = wanted ?? left;
  if (amount >= 1 && amount <= left) return amount;
  const message = `Only ${left} ${payment.currency}, in minor units, is left to refund of this payment.`;
  throw new Refusal("REFUND_TOO_LARGE", message, "amount");
}

/**
 * The kind of reversal that a reference at the gateway names: a refund, or the return of a held payment.
 * Undefined: neither.
 */
export function reversalNamed(reference: string): "refund" | "return" | undefined {
  const [, prefix] = /^(re|gr)_[0-9A-Za-z]{1,60}$/.exec(reference) ?? [];
  if (prefix === undefined) return undefined;
  return prefix === "re" ? "refund" : "return";
}

/**
 * The result of one attempt at a refund.
 *
 * `refused`: the gateway has answered that it did not make it. `not returned`: it was requested, the answer
 * was lost, and the gateway has not made it so far. `not found`: a search for the refund's own reference
 * finds nothing, and its sale shows nothing. `unknown`: the outcome cannot be determined.
 */
export type RefundAttemptResult =
  "returned" | "refused" | "nothing left" | "not returned" | "not found" | "too early" | "unknown";

/** The final state of a refund. */
export type RefundEnd = "succeeded" | RefundFailure;

/**
 * The final state that an attempt leads to; undefined if the refund stays pending. `requestedAt` is when it
 * was last requested of the gateway; null if it was not.
 */
export function endOf(
  result: RefundAttemptResult,
  requestedAt: number | null,
  now: number,
): RefundEnd | undefined {
  const lostAfterMs = LOST_AFTER_MS[result];
  if (lostAfterMs === undefined) return ENDS[result];
  return requestedAt !== null && now >= requestedAt + lostAfterMs ? "lost" : undefined;
}

const ENDS: Partial<Record<RefundAttemptResult, RefundEnd>> = {
  returned: "succeeded",
  refused: "declined",
  "nothing left": "not_refundable",
};

/** How long after a request a refund that the gateway has not made counts as lost. */
const LOST_AFTER_MS: Partial<Record<RefundAttemptResult, number>> = {
  /** Ten times the time-out of the request: the gateway will not make it any more. */
  "not returned": 120_000,
  /** The gateway does not document how soon a search finds a transaction. A payment is given a day, too. */
  "not found": 24 * 3_600_000,
};

/** When to process a pending refund again, after `attempts` attempts. */
export function nextAttemptAt(result: RefundAttemptResult, attempts: number, now: number): number {
  if (result === "too early") return now + SETTLEMENT_PAUSE_MS;
  return now + Math.min(FIRST_PAUSE_MS * 2 ** Math.min(attempts, DOUBLINGS_MAX), LONGEST_PAUSE_MS);
}

/** The gateway settles once a night. */
const SETTLEMENT_PAUSE_MS = 3_600_000;

const FIRST_PAUSE_MS = 15_000;
const LONGEST_PAUSE_MS = 3_600_000;

/** More would one day exceed the range of numbers. */
const DOUBLINGS_MAX = 10;
