import { isPaidState, isUnpaidState, STATE } from "./gateway-codes.js";
import type { GatewayResult } from "./gateway-result.js";

/** The actions that reverse money: cancelling a sale, capturing less of it, or refunding a settled one. */
export type ReversalAction = "cancel" | "capture" | "refund";

/**
 * An action requested of the gateway without a known outcome, and the sale's amounts before it; null if
 * unknown.
 */
export interface RequestedReversal {
  readonly request: ReversalAction;
  /** The amount that the merchant had of the sale, in minor units. */
  readonly kept: number | null;
  /** How much of that was refunded. */
  readonly refunded: number | null;
}

/** The amount to reverse, in minor units; `all` is all that is not reversed yet. */
export type Wanted = number | "all";

/** A request that moves money. */
export type ReversalCall =
  | { readonly kind: "cancel" }
  /** `amount` is what the merchant retains. */
  | { readonly kind: "capture"; readonly amount: number }
  | { readonly kind: "refund"; readonly amount: number };

/** The next step of a reversal: a request, or none for now or for good. */
export type ReversalStep =
  ReversalCall | { readonly kind: "returned" | "too early" | "nothing left" | "unknown" };

/** The outcome of a request. `not returned`: the gateway has not carried it out, or not yet. */
export type ReversalOutcome = "returned" | "not returned" | "nothing left" | "unknown";

/** A sale as the gateway reports it now. */
export type Sale = Pick<GatewayResult, "state" | "amountReceived" | "amountRetained" | "amountRefunded">;

/**
 * Decides by the sale's state (Cardstream guide and 3.1), if no request has an unknown outcome. Valid
 * for one request at a time: the call that sends it holds the sale's lease.
 */
export function nextReversalStep(sale: Sale, wanted: Wanted): ReversalStep {
  switch (sale.state) {
    case STATE.APPROVED:
    case STATE.CAPTURED:
      return unsettledStep(sale, wanted);
    case STATE.TENDERED:
    case STATE.DEFERRED:
      return { kind: "too early" };
    case STATE.ACCEPTED:
      return settledStep(sale, wanted);
    case STATE.CANCELED:
      return { kind: wanted === "all" ? "returned" : "nothing left" };
    default:
      return { kind: isUnpaidState(sale.state) ? "nothing left" : "unknown" };
  }
}

/** Determines the outcome of a request from the sale. */
export function reversalOutcome(sale: Sale, wanted: Wanted, requested: RequestedReversal): ReversalOutcome {
  return OUTCOMES[requested.request](sale, wanted, requested);
}

/**
 * The amount reversed since the request, by any request, in minor units. Undefined if it cannot be
 * determined; other than 0 if anything was done, also if it is not what was requested.
 */
export function movedSince(sale: Sale, requested: RequestedReversal): number | undefined {
  if (requested.request === "refund") {
    const { state, amountRefunded } = sale;
    if (state !== STATE.ACCEPTED || amountRefunded === undefined || requested.refunded === null)
      return undefined;
    return amountRefunded - requested.refunded;
  }
  const kept = sale.state === STATE.CANCELED ? 0 : retainedOf(sale);
  if (requested.kept === null || kept === undefined || isUnpaidState(sale.state)) return undefined;
  return requested.kept - kept;
}

/** True if the step is a request to send. */
export function isCall(step: { readonly kind: string }): step is ReversalCall {
  return step.kind === "cancel" || step.kind === "capture" || step.kind === "refund";
}

/**
 * What the merchant has of the sale, as far as the gateway reports it: a reduced capture may show in either
 * amount.
 */
export function retainedOf({ amountReceived, amountRetained }: Sale): number | undefined {
  // A sale that is not captured yet has no retained amount.
  if (amountReceived === undefined || amountRetained === undefined || amountRetained === 0)
    return amountReceived;
  return Math.min(amountReceived, amountRetained);
}

function unsettledStep(sale: Sale, wanted: Wanted): ReversalStep {
  if (wanted === "all") return { kind: "cancel" };
  const kept = retainedOf(sale);
  if (kept === undefined) return { kind: "unknown" };
  if (kept < wanted) return { kind: "nothing left" };
  return kept === wanted ? { kind: "cancel" } : { kind: "capture", amount: kept - wanted };
}

/**
 * The gateway itself never refunds more than was received (guide A-15), which covers an amount that it does
 * not report.
 */
function settledStep(sale: Sale, wanted: Wanted): ReversalStep {
  const kept = retainedOf(sale) ?? 0;
  const left = kept - (sale.amountRefunded ?? 0);
  if (wanted !== "all") return left < wanted ? { kind: "nothing left" } : { kind: "refund", amount: wanted };
  if (kept < 1) return { kind: "nothing left" };
  return left < 1 ? { kind: "returned" } : { kind: "refund", amount: left };
}

type FindOut = (sale: Sale, wanted: Wanted, requested: RequestedReversal) => ReversalOutcome;

const OUTCOMES: Record<ReversalAction, FindOut> = {
  cancel: ({ state }) => {
    if (state === STATE.CANCELED) return "returned";
    if (isUnpaidState(state)) return "nothing left";
    return isPaidState(state) ? "not returned" : "unknown";
  },

  capture: (sale, wanted, { kept: before }) => {
    // All of it is back, by a cancellation that this service did not request: more than was wanted.
    if (sale.state === STATE.CANCELED) return before === wanted ? "returned" : "unknown";
    if (isUnpaidState(sale.state)) return "nothing left";
    const kept = retainedOf(sale);
    if (!isPaidState(sale.state) || kept === undefined || before === null) return "unknown";
    if (kept === before) return "not returned";
    return before - kept === wanted ? "returned" : "unknown";
  },

  refund: (sale, wanted, { refunded: before }) => {
    const { state, amountRefunded: refunded } = sale;
    if (state !== STATE.ACCEPTED || refunded === undefined) return "unknown";
    if (refunded === 0 || refunded === before) return "not returned";
    if (wanted === "all") return refunded >= (retainedOf(sale) ?? 0) ? "returned" : "unknown";
    return before !== null && refunded - before === wanted ? "returned" : "unknown";
  },
};
