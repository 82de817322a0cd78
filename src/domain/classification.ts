import { parseAttemptReference } from "./attempt.js";
import {
  ACTION,
  type GatewayAction,
  givesMoneyBack,
  isAcquirerRefusal,
  isApproved,
  isApprovedVariant,
  isDefiniteRefusal,
  isCapturedState,
  isSale,
  isUnpaidState,
  isVerified,
  namesAction,
  RESPONSE_CODE,
  STATE,
  isWaitingForAuthentication,
} from "./gateway-codes.js";
import type { GatewayResult } from "./gateway-result.js";
import { type Currency, currencyOfGateway } from "./money.js";

/**
 * What a gateway result means, stored with it. Only `completed` counts as paid, and only `refunded` as money
 * refunded.
 */
export type ResultOutcome = "completed" | "refunded" | "declined" | "cancelled" | "unknown" | "held";

/** Why a result waits for a person: one of a payment, or of a reversal. */
export type HeldReason = PaymentHeldReason | RefundHeldReason;

/** Why an approved payment waits. */
export type PaymentHeldReason =
  | "amount_mismatch"
  | "currency_mismatch"
  | "order_mismatch"
  | "action_mismatch"
  | "state_mismatch"
  | "approved_variant"
  | "duplicate"
  | "session_unknown"
  | "payment_canceled"
  | "setup_mismatch"
  | "outcome_unknown"
  | "not_applicable";

/** Why the gateway's report of a reversal waits. */
export type RefundHeldReason =
  | "refund_amount_mismatch"
  | "refund_currency_mismatch"
  | "refund_order_mismatch"
  | "refund_action_mismatch"
  | "refund_state_mismatch"
  | "refund_approved_variant"
  | "refund_duplicate"
  | "refund_failed"
  | "refund_unknown";

/** An outcome, and the reason if it is held. */
export interface Classification {
  readonly outcome: ResultOutcome;
  readonly reason: HeldReason | null;
}

/** What a session, or a payment intent that charges a stored card, expects of its payment. */
export interface Expected {
  readonly targetId: string;
  readonly amount: number;
  readonly currency: Currency;
  /** Number of the newest attempt: a result may belong to any attempt made so far. */
  readonly attempt: number;
  /**
   * `manual`: the payment is to be authorized only. `recorded`: its authorization is on record with this transaction,
   * whose amounts and state go on from there. Undefined: the payment is captured at once.
   */
  readonly capture?: "manual" | "recorded" | undefined;
}

/** Classifies one verified result by itself, without regard to earlier results. Pure. */
export function classifyPayment(result: GatewayResult, expected: Expected): Classification {
  if (movedMoney(result) && givesMoneyBack(result.action)) return held("refund_unknown");
  if (isApprovedVariant(result)) return held("approved_variant");
  if (isApproved(result)) {
    const failed = CHECKS.find(({ holds }) => !holds(result, expected));
    return failed === undefined ? { outcome: "completed", reason: null } : held(failed.reason);
  }
  return { outcome: unpaidOutcome(result), reason: null };
}

/**
 * Classifies the result of a direct charge. A request that the gateway refused before trying anything has
 * failed as certainly as one that the card's issuer declined: only this service can have sent it. So has one that waits
 * for a shopper who is not there: only this service could carry it on.
 */
export function classifyCharge(
  result: GatewayResult,
  expected: Expected,
  { offSession }: { readonly offSession: boolean },
): Classification {
  const classification = classifyPayment(result, expected);
  if (classification.outcome !== "unknown" || !mayTellOf(ACTION.SALE, result)) return classification;
  const hasFailed = isDefiniteRefusal(result) || (offSession && isWaitingForAuthentication(result));
  return hasFailed ? { outcome: "declined", reason: null } : classification;
}

/**
 * Classifies the result of a session that stores a card without a payment: only a verification of nothing completes it.
 * Any other approval is held, since it may have taken money that this session never asked for.
 */
export function classifySetup(result: GatewayResult, expected: Omit<Expected, "amount">): Classification {
  if (movedMoney(result) && givesMoneyBack(result.action)) return held("refund_unknown");
  if (isVerified(result) && isVerificationFor(result, expected))
    return { outcome: "completed", reason: null };
  if (movedMoney(result)) return held("setup_mismatch");
  return { outcome: unpaidOutcome(result, ACTION.VERIFY), reason: null };
}

function isVerificationFor(result: GatewayResult, expected: Omit<Expected, "amount">): boolean {
  const { action, amount, amountReceived = 0, state } = result;
  const tookNothing = amount === 0 && amountReceived === 0 && (state === "" || state === STATE.VERIFIED);
  const isVerification = namesAction(action, ACTION.VERIFY) && tookNothing;
  return isVerification && isOfOrder(result, expected) && isInCurrency(result, expected);
}

/**
 * Classifies a result that matches no session: money taken waits for a person, for the reason given; money
 * reversed waits for a reason of its own, because it is no payment that could be accepted or returned.
 */
export function classifyUnmatched(result: GatewayResult, reason: HeldReason): Classification {
  if (!movedMoney(result)) return { outcome: unpaidOutcome(result), reason: null };
  return held(givesMoneyBack(result.action) ? "refund_unknown" : reason);
}

/**
 * True if the result ends the session's attempt, so that the next form belongs to a new one: a decline, or a
 * cancellation if the form was given out once. If two forms are open, the other may still be paid.
 */
export function endsAttempt(
  { outcome }: Classification,
  result: GatewayResult,
  session: { readonly attempt: number; readonly formsGiven: number },
): boolean {
  if (parseAttemptReference(result.transactionUnique)?.attempt !== session.attempt) return false;
  return outcome === "declined" || (outcome === "cancelled" && session.formsGiven === 1);
}

/** What to expect of a transaction of a payment that is to be authorized only, by whether it is on record as that. */
export function captureExpected(isRecorded: boolean): "manual" | "recorded" {
  return isRecorded ? "recorded" : "manual";
}

/** An outcome that waits for a person. */
export function held(reason: HeldReason): Classification {
  return { outcome: "held", reason };
}

function movedMoney(result: GatewayResult): boolean {
  return isApproved(result) || isApprovedVariant(result);
}

/** An error may name no action at all. One that names another action says nothing about the wanted one. */
function mayTellOf(wanted: GatewayAction, { action }: GatewayResult): boolean {
  return action === "" || namesAction(action, wanted);
}

/** The meaning of a result that took no money: declined, cancelled or unknown. */
function unpaidOutcome(
  result: GatewayResult,
  wanted: GatewayAction = ACTION.SALE,
): "declined" | "cancelled" | "unknown" {
  if (!mayTellOf(wanted, result)) return "unknown";
  if (result.responseCode === RESPONSE_CODE.REQUEST_CANCELLED) return "cancelled";
  return isAcquirerRefusal(result) || wasNotAuthenticated(result) ? "declined" : "unknown";
}

/** The gateway's page has had the shopper authenticate, who has not: the transaction has ended with that. */
function wasNotAuthenticated({ responseCode, state }: GatewayResult): boolean {
  return responseCode === RESPONSE_CODE.NOT_AUTHENTICATED && isUnpaidState(state);
}

/** What an approved result must also contain, and the reason it is held for otherwise. */
const CHECKS: readonly {
  reason: HeldReason;
  holds: (result: GatewayResult, expected: Expected) => boolean;
}[] = [
  { reason: "action_mismatch", holds: ({ action }) => isSale(action) },
  { reason: "order_mismatch", holds: isOfOrder },
  { reason: "currency_mismatch", holds: isInCurrency },
  {
    reason: "amount_mismatch",
    holds: (result, { amount, capture }) =>
      capture === "recorded" || (result.amount === amount && result.amountReceived === amount),
  },
  { reason: "state_mismatch", holds: isInState },
];

/** What was to be authorized only, and is captured, is money that nobody asked for. */
function isInState({ state }: GatewayResult, { capture }: Expected): boolean {
  if (capture === "recorded") return true;
  return capture === "manual" ? state === STATE.APPROVED : state === "" || isCapturedState(state);
}

function isOfOrder(result: GatewayResult, expected: Omit<Expected, "amount">): boolean {
  const reference = parseAttemptReference(result.transactionUnique);
  return (
    result.orderRef === expected.targetId &&
    reference?.targetId === expected.targetId &&
    reference.attempt <= expected.attempt
  );
}

function isInCurrency(result: GatewayResult, { currency }: Pick<Expected, "currency">): boolean {
  const sameExponent =
    result.currencyExponent === "" || result.currencyExponent === String(currency.exponent);
  return sameExponent && currencyOfGateway(result.currencyCode)?.code === currency.code;
}
