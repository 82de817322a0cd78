import { parseAttemptReference } from "./attempt-reference.js";
import type { GatewayResult } from "./gateway-result.js";
import { type Currency, currencyOfGateway } from "./money.js";
import { isDefiniteRefusal } from "./reversal-step.js";

/**
 * What a gateway result means. Stored with it; `completed` is the only one that counts as paid, `refunded`
 * the only one that counts as money given back.
 */
export type ResultOutcome = "completed" | "refunded" | "declined" | "cancelled" | "unknown" | "held";

/** Why an approved result waits for a person: one of a payment, or of money that goes back. */
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
  | "outcome_unknown"
  | "not_applicable";

/** Why the gateway's word that money went back waits. */
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

/** An outcome, and why where it is held. */
export interface Classification {
  readonly outcome: ResultOutcome;
  readonly reason: HeldReason | null;
}

/** What a session, or an intent to charge a stored card, expects of its payment. */
export interface Expected {
  readonly targetId: string;
  readonly amount: number;
  readonly currency: Currency;
  /** Number of the newest attempt: a result may belong to any attempt made so far. */
  readonly attempt: number;
}

/** Judges one verified result by itself, without regard to what is already on record. Pure. */
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
 * Judges the result of a direct charge. A request that the gateway has refused before it tried anything has
 * failed as surely as one that the card's issuer declined: nobody else could have sent it.
 */
export function classifyCharge(result: GatewayResult, expected: Expected): Classification {
  const classification = classifyPayment(result, expected);
  const hasFailed =
    classification.outcome === "unknown" && isDefiniteRefusal(result) && mayTellOfSale(result);
  return hasFailed ? { outcome: "declined", reason: null } : classification;
}

/**
 * Judges a result that moves no session of ours: money that was taken waits for a person, for the reason
 * given; money that went back waits for a reason of its own, because it is no payment that could be accepted
 * or returned.
 */
export function classifyUnmatched(result: GatewayResult, reason: HeldReason): Classification {
  if (!movedMoney(result)) return { outcome: unpaidOutcome(result), reason: null };
  return held(givesMoneyBack(result.action) ? "refund_unknown" : reason);
}

/**
 * True where the result ends the session's attempt, so that the next form is that of a new one: a decline, or a cancel
 * where the form was given out once. Of two forms that are out, the other may still be paid.
 */
export function endsAttempt(
  { outcome }: Classification,
  result: GatewayResult,
  session: { readonly attempt: number; readonly formsGiven: number },
): boolean {
  if (parseAttemptReference(result.transactionUnique)?.attempt !== session.attempt) return false;
  return outcome === "declined" || (outcome === "cancelled" && session.formsGiven === 1);
}

/** An outcome that waits for a person. */
export function held(reason: HeldReason): Classification {
  return { outcome: "held", reason };
}

/** True for code 0 and status 0, the gateway's only way to say that it did all that it was asked for. */
export function isApproved(result: Pick<GatewayResult, "responseCode" | "responseStatus">): boolean {
  return result.responseCode === 0 && result.responseStatus === 0;
}

/** True for the codes by which the gateway says that it did something, but not simply what it was asked for. */
export function isApprovedVariant({ responseCode }: Pick<GatewayResult, "responseCode">): boolean {
  return APPROVED_VARIANTS.has(responseCode ?? -1);
}

/** True where a result tells of a sale: only that can be paid with, and only its money can be given back. */
export function isSale(action: string): boolean {
  return SALE_ACTIONS.has(action);
}

/** True where money of the transaction is on its way, or has arrived. */
export function isPaidState(state: string): boolean {
  return PAID_STATES.has(state);
}

function movedMoney(result: GatewayResult): boolean {
  return isApproved(result) || isApprovedVariant(result);
}

/** True where one of the actions that a result names sends money to the card: a refund, a cancel, a credit. */
function givesMoneyBack(action: string): boolean {
  return action.split(":").some((word) => GIVES_BACK.test(word));
}

const GIVES_BACK = /^(REFUND|CANCEL|CREDIT|REVERS|VOID)/;

/** An error may name no action at all. One that names another action says nothing of the sale. */
function mayTellOfSale({ action }: GatewayResult): boolean {
  return action === "" || isSale(action);
}

/** What a result that took no money means: declined, cancelled, or not to be told. */
function unpaidOutcome(result: GatewayResult): "declined" | "cancelled" | "unknown" {
  if (!mayTellOfSale(result)) return "unknown";
  const code = result.responseCode ?? -1;
  if (code === REQUEST_CANCELLED) return "cancelled";
  const byAcquirer = code > 0 && code < GATEWAY_CODES_FROM && !SYSTEM_UNAVAILABLE.has(code);
  return result.responseStatus === 1 && byAcquirer ? "declined" : "unknown";
}

/** Partial approval, VIP approval, approval with track update, and "no reason to decline": a person looks at them. */
const APPROVED_VARIANTS: ReadonlySet<number> = new Set([10, 11, 16, 85]);

/** The shopper pressed cancel (Cardstream guide A-1). */
const REQUEST_CANCELLED = 65576;
const GATEWAY_CODES_FROM = 65536;

/** The issuer or the system did not answer: nobody knows what became of the payment. */
const SYSTEM_UNAVAILABLE: ReadonlySet<number> = new Set([91, 96]);

/** What an approved result must hold besides, and the reason it is held for where it does not. */
const CHECKS: readonly {
  reason: HeldReason;
  holds: (result: GatewayResult, expected: Expected) => boolean;
}[] = [
  { reason: "action_mismatch", holds: ({ action }) => SALE_ACTIONS.has(action) },
  { reason: "order_mismatch", holds: isOfOrder },
  { reason: "currency_mismatch", holds: isInCurrency },
  {
    reason: "amount_mismatch",
    holds: (result, { amount }) => result.amount === amount && result.amountReceived === amount,
  },
  { reason: "state_mismatch", holds: ({ state }) => state === "" || PAID_STATES.has(state) },
];

/**
 * A sale says `SALE` of itself. The answer to a question about it names both: "the requested action and original action
 * separated by a colon" (Cardstream guide 3.1), and is otherwise the sale's own result as it stands now.
 */
const SALE_ACTIONS: ReadonlySet<string> = new Set(["SALE", "QUERY:SALE"]);

/** States of a sale whose money is on its way (Cardstream guide ). */
const PAID_STATES: ReadonlySet<string> = new Set([
  "approved",
  "captured",
  "tendered",
  "deferred",
  "accepted",
]);

function isOfOrder(result: GatewayResult, expected: Expected): boolean {
  const reference = parseAttemptReference(result.transactionUnique);
  return (
    result.orderRef === expected.targetId &&
    reference?.targetId === expected.targetId &&
    reference.attempt <= expected.attempt
  );
}

function isInCurrency(result: GatewayResult, { currency }: Expected): boolean {
  const sameExponent =
    result.currencyExponent === "" || result.currencyExponent === String(currency.exponent);
  return sameExponent && currencyOfGateway(result.currencyCode)?.code === currency.code;
}
