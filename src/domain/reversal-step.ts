import type { GatewayResult } from "./gateway-result.js";

/** How the gateway is told to give money back: undoing a sale, taking less of it, or refunding a settled one. */
export type ReversalAction = "cancel" | "capture" | "refund";

/** What the gateway was told, and has never answered; and how the sale stood before, null where nobody knows. */
export interface RequestedReversal {
  readonly request: ReversalAction;
  /** What the merchant had of the sale, in minor units. */
  readonly kept: number | null;
  /** What of that was refunded. */
  readonly refunded: number | null;
}

/** How much is to go back, in minor units; `all` is what has not gone back yet. */
export type Wanted = number | "all";

/** A request that moves money. */
export type ReversalCall =
  | { readonly kind: "cancel" }
  /** `amount` is what the merchant keeps. */
  | { readonly kind: "capture"; readonly amount: number }
  | { readonly kind: "refund"; readonly amount: number };

/** What comes next in giving a sale's money back: a request, or none for now or for good. */
export type ReversalStep =
  ReversalCall | { readonly kind: "returned" | "too early" | "nothing left" | "unknown" };

/** What has become of a request. `not returned`: the gateway has not done it, or not yet. */
export type ReversalOutcome = "returned" | "not returned" | "nothing left" | "unknown";

/** A sale as the gateway describes it now. */
export type Sale = Pick<GatewayResult, "state" | "amountReceived" | "amountRetained" | "amountRefunded">;

/**
 * Decides by the sale's state (Cardstream guide and 3.1), where the gateway was told nothing that it has not
 * answered. Holds for one request at a time: whoever sends it has the sale to itself.
 */
export function nextReversalStep(sale: Sale, wanted: Wanted): ReversalStep {
  switch (sale.state) {
    case "approved":
    case "captured":
      return unsettledStep(sale, wanted);
    case "tendered":
    case "deferred":
      return { kind: "too early" };
    case "accepted":
      return settledStep(sale, wanted);
    case "canceled":
      return { kind: wanted === "all" ? "returned" : "nothing left" };
    default:
      return { kind: ENDED_WITHOUT_MONEY.has(sale.state) ? "nothing left" : "unknown" };
  }
}

/** Finds out by the sale what has become of what the gateway was told. */
export function reversalOutcome(sale: Sale, wanted: Wanted, requested: RequestedReversal): ReversalOutcome {
  return OUTCOMES[requested.request](sale, wanted, requested);
}

/**
 * How much of the sale has gone back since the gateway was told, by whatever request, in minor units.
 * Undefined where that cannot be told; other than 0 where something was done, also if it is not what was
 * asked for.
 */
export function movedSince(sale: Sale, requested: RequestedReversal): number | undefined {
  if (requested.request === "refund") {
    const { state, amountRefunded } = sale;
    if (state !== "accepted" || amountRefunded === undefined || requested.refunded === null) return undefined;
    return amountRefunded - requested.refunded;
  }
  const kept = sale.state === "canceled" ? 0 : retainedOf(sale);
  if (requested.kept === null || kept === undefined || ENDED_WITHOUT_MONEY.has(sale.state)) return undefined;
  return requested.kept - kept;
}

/** True where the step is a request to send. */
export function isCall(step: { readonly kind: string }): step is ReversalCall {
  return step.kind === "cancel" || step.kind === "capture" || step.kind === "refund";
}

/**
 * What the merchant has of the sale, as far as the gateway says: a capture of less may show in either of the
 * two amounts.
 */
export function retainedOf({ amountReceived, amountRetained }: Sale): number | undefined {
  // Nothing is "retained" of a sale that is not captured yet.
  if (amountReceived === undefined || amountRetained === undefined || amountRetained === 0)
    return amountReceived;
  return Math.min(amountReceived, amountRetained);
}

/** True where the gateway has said for good that it did not do what it was told. */
export function isDefiniteRefusal({ responseCode = 0, responseStatus }: GatewayResult): boolean {
  const byAcquirer = responseCode > 0 && responseCode < GATEWAY_CODES_FROM && !NO_ANSWER.has(responseCode);
  if (byAcquirer) return responseStatus === 1;
  return (
    NOT_ALLOWED.has(responseCode) || (responseCode >= FIELD_ERRORS_FROM && responseCode < FIELD_ERRORS_TO)
  );
}

const GATEWAY_CODES_FROM = 65536;

/** The issuer or the system did not answer. */
const NO_ANSWER: ReadonlySet<number> = new Set([91, 96]);

/** Account, permission, action, mismatch, suspension, currency (guide A-1): refused before anything was tried. */
const NOT_ALLOWED: ReadonlySet<number> = new Set([65539, 65540, 65541, 65542, 65545, 65546]);

/** A field is missing or invalid. */
const FIELD_ERRORS_FROM = 66048;
const FIELD_ERRORS_TO = 67072;

const ENDED_WITHOUT_MONEY: ReadonlySet<string> = new Set([
  "declined",
  "finished",
  "referred",
  "rejected",
  "reversed",
  "verified",
]);

/** States in which the merchant has money of the sale, or will have. */
const WITH_MONEY: ReadonlySet<string> = new Set(["approved", "captured", "tendered", "deferred", "accepted"]);

function unsettledStep(sale: Sale, wanted: Wanted): ReversalStep {
  if (wanted === "all") return { kind: "cancel" };
  const kept = retainedOf(sale);
  if (kept === undefined) return { kind: "unknown" };
  if (kept < wanted) return { kind: "nothing left" };
  return kept === wanted ? { kind: "cancel" } : { kind: "capture", amount: kept - wanted };
}

/**
 * The gateway itself never refunds more than was received (guide A-15), which covers an amount that it does
 * not tell.
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
    if (state === "canceled") return "returned";
    if (ENDED_WITHOUT_MONEY.has(state)) return "nothing left";
    return WITH_MONEY.has(state) ? "not returned" : "unknown";
  },

  capture: (sale, wanted, { kept: before }) => {
    // All of it is back, by somebody else's cancel: more than was asked for.
    if (sale.state === "canceled") return before === wanted ? "returned" : "unknown";
    if (ENDED_WITHOUT_MONEY.has(sale.state)) return "nothing left";
    const kept = retainedOf(sale);
    if (!WITH_MONEY.has(sale.state) || kept === undefined || before === null) return "unknown";
    if (kept === before) return "not returned";
    return before - kept === wanted ? "returned" : "unknown";
  },

  refund: (sale, wanted, { refunded: before }) => {
    const { state, amountRefunded: refunded } = sale;
    if (state !== "accepted" || refunded === undefined) return "unknown";
    if (refunded === 0 || refunded === before) return "not returned";
    if (wanted === "all") return refunded >= (retainedOf(sale) ?? 0) ? "returned" : "unknown";
    return before !== null && refunded - before === wanted ? "returned" : "unknown";
  },
};
