import type { PaymentIntent } from "./payment-intent.js";
import { Refusal } from "./refusal.js";

/** Where a refund stands, in the merchants' words. */
export type RefundStatus = "pending" | "succeeded" | "failed";

/** Why a merchant gives money back, in Stripe's words. */
export type RefundReason = "duplicate" | "fraudulent" | "requested_by_customer";

/**
 * Why a refund failed, and moved nothing. `declined`: the gateway refused it. `not_refundable`: the gateway
 * has no, or not enough, money of the payment to return. `lost`: the gateway was told, its answer was lost,
 * and it has done nothing.
 */
export type RefundFailure = "declined" | "not_refundable" | "lost";

/** Money of a payment that a merchant gives back, as the use cases hand it around. */
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
 * How much of a payment a refund takes: what is wanted, or (null) all that is left. Throws a Refusal where
 * that is more than is left; what pending refunds have reserved is gone.
 */
export function amountToRefund(payment: PaymentIntent, wanted: number | null): number {
  if (payment.status !== "succeeded") {
    const message = `This payment is ${payment.status}: there is nothing of it to refund.`;
    throw new Refusal("PAYMENT_NOT_REFUNDABLE", message, "payment_intent");
  }
  const left = payment.amountReceived - payment.amountRefunded;
  const amount = wanted ?? left;
  if (amount >= 1 && amount <= left) return amount;
  const message = `Of this payment ${left} ${payment.currency}, in minor units, is left to refund.`;
  throw new Refusal("REFUND_TOO_LARGE", message, "amount");
}

/**
 * What kind of reversal a reference at the gateway names: a refund, or the return of a held payment.
 * Undefined: neither.
 */
export function reversalNamed(reference: string): "refund" | "return" | undefined {
  const [, prefix] = /^(re|gr)_[0-9A-Za-z]{1,60}$/.exec(reference) ?? [];
  if (prefix === undefined) return undefined;
  return prefix === "re" ? "refund" : "return";
}

/**
 * What came of working on a refund once.
 *
 * `refused`: the gateway has answered that it did not do it. `not returned`: it was told, its answer was
 * lost, and it has not done it so far. `not found`: a search under the refund's own name finds nothing, and
 * its sale does not tell. `unknown`: nobody can tell.
 */
export type RefundAttemptResult =
  "returned" | "refused" | "nothing left" | "not returned" | "not found" | "too early" | "unknown";

/** How a refund ends. */
export type RefundEnd = "succeeded" | RefundFailure;

/**
 * The end that a round brings; undefined where it goes on. `requestedAt` is when the gateway was told; null
 * where it was told nothing.
 */
export function endOf(
  result: RefundAttemptResult,
  requestedAt: number | null,
  now: number,
): RefundEnd | undefined {
  const patience = PATIENCE_MS[result];
  if (patience === undefined) return ENDS[result];
  return requestedAt !== null && now >= requestedAt + patience ? "lost" : undefined;
}

const ENDS: Partial<Record<RefundAttemptResult, RefundEnd>> = {
  returned: "succeeded",
  refused: "declined",
  "nothing left": "not_refundable",
};

/** After which time what the gateway was told, and has not done, is lost. */
const PATIENCE_MS: Partial<Record<RefundAttemptResult, number>> = {
  /** Ten times as long as its answer is waited for: what it has not done by then it will not do. */
  "not returned": 120_000,
  /** Nobody says how soon a search finds a transaction. A payment is given a day, too. */
  "not found": 24 * 3_600_000,
};

/** When to work on a pending refund again, after so many rounds. */
export function nextAttemptAt(result: RefundAttemptResult, attempts: number, now: number): number {
  if (result === "too early") return now + SETTLEMENT_PAUSE_MS;
  return now + Math.min(FIRST_PAUSE_MS * 2 ** Math.min(attempts, DOUBLINGS_MAX), LONGEST_PAUSE_MS);
}

/** The gateway settles once a night. */
const SETTLEMENT_PAUSE_MS = 3_600_000;

const FIRST_PAUSE_MS = 15_000;
const LONGEST_PAUSE_MS = 3_600_000;

/** Any more would leave the range of numbers one day. */
const DOUBLINGS_MAX = 10;
