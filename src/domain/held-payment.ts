import type { HeldReason, RefundHeldReason } from "./classification.js";
import { currencyOfGateway } from "./money.js";

/** How a person may resolve a held payment. */
export type Resolution = "accept" | "return" | "dismiss";

/** The facts that decide which resolutions are possible. */
export interface HeldFacts {
  readonly reason: HeldReason;
  /** The amount requested, in minor units; null if unknown. */
  readonly amount: number | null;
  /** The amount received or, of a refund, reversed: in minor units; null if the gateway did not report it. */
  readonly amountReceived: number | null;
  /** As the gateway sent it. */
  readonly currencyCode: string;
  /** True if the gateway gave the reference that a reversal needs. */
  readonly hasXref: boolean;
  /** True while a requested reversal has no known outcome. */
  readonly isBeingReturned: boolean;
}

/** Money as it was received. */
export interface Received {
  /** In minor units, at least 1. */
  readonly amount: number;
  /** Three letters of ISO 4217 in lower case. */
  readonly currency: string;
}

/** The possible resolutions, the least drastic first. */
export function possibleResolutions(held: HeldFacts): Resolution[] {
  // A reversal is not reversed: that would charge the shopper, or pay a second time.
  if (isRefundReason(held.reason)) return ["accept", "dismiss"];
  const paysNothing = PAY_NOTHING.has(held.reason);
  const takesMoney = held.reason !== "setup_mismatch"; // A session that stores a card takes none.
  const acceptable = takesMoney && !held.isBeingReturned && (paysNothing || receivedOf(held) !== undefined);
  return [
    ...(acceptable ? ["accept" as const] : []),
    ...(held.hasXref ? ["return" as const] : []),
    "dismiss",
  ];
}

/** True if the held message is about a reversal, not a payment. */
export function isRefundReason(reason: HeldReason): reason is RefundHeldReason {
  return reason.startsWith("refund_");
}

/** Accepting these only marks them. */
const PAY_NOTHING: ReadonlySet<HeldReason> = new Set(["duplicate", "session_unknown", "payment_canceled"]);

/**
 * The money received. Undefined if it is unknown or nothing: that cannot pay. If the gateway has reported
 * nothing at all, the person who accepts it has seen at the gateway that the requested amount was received.
 */
export function receivedOf(held: ReceivedFacts): Received | undefined {
  const currency = currencyOfGateway(held.currencyCode);
  const amount = held.reason === "outcome_unknown" ? held.amount : held.amountReceived;
  if (currency === undefined || amount === null || amount < 1) return undefined;
  return { amount, currency: currency.code };
}

type ReceivedFacts = Pick<HeldFacts, "reason" | "amount" | "amountReceived" | "currencyCode">;

/** Why a payment is held, for people. */
export const REASONS_IN_WORDS: Record<HeldReason, string> = {
  amount_mismatch: "The amount asked for or received is not the session's.",
  currency_mismatch: "The currency is not the session's.",
  order_mismatch: "It names another order than the session, or an attempt that was never made.",
  action_mismatch: "It is not a sale.",
  state_mismatch: "It is approved, but in a state in which no money is on its way.",
  approved_variant: "It is approved with an unusual code, such as for a part of the amount.",
  duplicate: "Another payment has completed the session: the shopper was charged again.",
  session_unknown: "No session of this service asked for it.",
  payment_canceled: "The merchant canceled the payment before it arrived.",
  setup_mismatch:
    "Its session only stores a card, and it is no verification of that card: look at the gateway whether it took money.",
  outcome_unknown: "The charge was sent, or may have been, and a day later its outcome is unknown.",
  not_applicable: "It is correct, but could not be recorded on its session.",
  refund_amount_mismatch:
    "The gateway gave back another amount than the refund asks for, or does not say how much.",
  refund_currency_mismatch: "The gateway gave money back in another currency than the refund's.",
  refund_order_mismatch: "It answers a refund, but names another order or transaction than the refund's.",
  refund_action_mismatch: "The gateway did something other than what the refund asks for.",
  refund_state_mismatch: "The refund is approved, but in a state in which no money is on its way back.",
  refund_approved_variant: "The refund is approved with an unusual code, such as for a part of the amount.",
  refund_duplicate: "The refund was made before: the gateway gave money back again.",
  refund_failed: "The refund is recorded as failed, and the gateway has made it all the same.",
  refund_unknown: "It gives money back, and fits no refund of this service.",
};
