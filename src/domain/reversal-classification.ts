import type { GatewayResult } from "./gateway-result.js";
import {
  held,
  isApproved,
  isApprovedVariant,
  isPaidState,
  isSale,
  type Classification,
  type RefundHeldReason,
} from "./classification.js";
import { currencyOfGateway } from "./money.js";
import type { RefundStatus } from "./refund.js";
import {
  isDefiniteRefusal,
  retainedOf,
  movedSince,
  reversalOutcome,
  type ReversalAction,
  type RequestedReversal,
} from "./reversal-step.js";

/** A sale whose money goes back, as the gateway names it. */
export interface NamedSale {
  readonly xref: string;
  readonly transactionKey: string;
  /** What was asked for by it, in minor units; null where nobody knows. */
  readonly amount: number | null;
}

/** What a reversal (a CANCEL, a CAPTURE of less, a REFUND_SALE) expects of the gateway's word about it. */
export interface ExpectedReversal {
  /** Id of the refund, or of the held payment that is returned: names a REFUND_SALE at the gateway. */
  readonly id: string;
  /** What is to go back, in minor units; null where nobody knows any more: then any amount fits. */
  readonly amount: number | null;
  /** Three letters of ISO 4217 in lower case; null where nobody knows. */
  readonly currency: string | null;
  /**
   * What the gateway was asked to do, and how the sale stood before; null where it was asked nothing, or has
   * refused.
   */
  readonly requested: RequestedReversal | null;
  readonly sale: NamedSale;
}

/**
 * What a message is: the `answer` to the request that moves money, one about the `refund` as a transaction of its own
 * (a callback, or the answer to a QUERY of it), or the answer to a QUERY of the `sale` after the request.
 */
export type MessageKind = "answer" | "refund" | "sale";

/**
 * Classifies one verified message about money that goes back, by itself. `refunded`: just what was asked for
 * was done. `declined`: nothing was. `held`: something was, or may have been, that does not fit. `unknown`:
 * it says nothing. Pure.
 */
export function classifyReversal(
  result: GatewayResult,
  kind: MessageKind,
  expected: ExpectedReversal,
): Classification {
  if (kind === "sale") return classifySale(result, expected);
  const request = (kind === "answer" ? expected.requested?.request : undefined) ?? "refund";
  const isDone = isApproved(result);
  if (!isDone && !isApprovedVariant(result)) {
    return { outcome: isRefusal(result, request, expected) ? "declined" : "unknown", reason: null };
  }
  // A payment that nobody asked for: its money was taken, and may be returned.
  if (isSale(result.action) && !isOfSale(result, expected.sale)) return held("session_unknown");
  if (!isDone) return held("refund_approved_variant");
  const failed = RULES[request].find(({ holds }) => !holds(result, expected));
  return failed === undefined ? { outcome: "refunded", reason: null } : held(failed.reason);
}

/** What is on record of a reversal. */
export interface ReversalRecord {
  /** A held payment that is returned counts as pending until it is resolved. */
  readonly status: RefundStatus;
  readonly requested: ReversalAction | null;
  /** The gateway's transactions that are recorded as this very reversal; none for a cancel or a capture. */
  readonly madeBy: readonly string[];
}

/**
 * Classifies a refund that fits by what is on record: one refund is one transaction of the gateway, and made
 * once. Pure.
 */
export function classifyOnRecord(
  classification: Classification,
  { transactionKey }: Pick<GatewayResult, "transactionKey">,
  { status, requested, madeBy }: ReversalRecord,
): Classification {
  if (classification.outcome !== "refunded" || madeBy.includes(transactionKey)) return classification;
  if (madeBy.length > 0) return held("refund_duplicate");
  if (status === "failed") return held("refund_failed");
  // What was cancelled or captured is not refunded besides.
  const wasSent = requested === "refund" || (requested === null && status === "pending");
  return wasSent ? classification : held("refund_duplicate");
}

/** What went back by the gateway's word, in minor units. Undefined where it does not say, or contradicts itself. */
export function amountReversed(
  result: GatewayResult,
  kind: MessageKind,
  { requested }: ExpectedReversal,
): number | undefined {
  const isOfSaleItself =
    kind === "sale" || (kind === "answer" && requested !== null && requested.request !== "refund");
  if (!isOfSaleItself || requested === null) return refundedBy(result);
  const moved = movedSince(result, requested);
  return moved !== undefined && moved >= 0 ? moved : undefined;
}

/** True where the gateway speaks of that very sale. */
export function isOfSale(result: Pick<GatewayResult, "xref" | "transactionKey">, sale: NamedSale): boolean {
  return result.xref === "" ? result.transactionKey === sale.transactionKey : result.xref === sale.xref;
}

/** The sale's own sums tell what was done since; that nothing was is no news. */
function classifySale(sale: GatewayResult, { requested, amount }: ExpectedReversal): Classification {
  if (requested === null) return UNKNOWN;
  if (reversalOutcome(sale, amount ?? "all", requested) === "returned")
    return { outcome: "refunded", reason: null };
  const moved = movedSince(sale, requested);
  return moved === undefined || moved === 0 ? UNKNOWN : held("refund_amount_mismatch");
}

const UNKNOWN: Classification = { outcome: "unknown", reason: null };

/**
 * What an error does not name does not count against it: the gateway repeats the request's fields as far as
 * it read them.
 */
function isRefusal(result: GatewayResult, request: ReversalAction, { id, sale }: ExpectedReversal): boolean {
  const { action, transactionUnique, xref, state } = result;
  if (!isDefiniteRefusal(result) || !(action === "" || ACTIONS[request].has(action))) return false;
  if (request !== "refund") return xref === "" || xref === sale.xref;
  return (transactionUnique === "" || transactionUnique === id) && !isPaidState(state);
}

/** A request says it of itself, the answer to a question about it, or to one that changes a sale, names both. */
const ACTIONS: Record<ReversalAction, ReadonlySet<string>> = {
  refund: new Set(["REFUND_SALE", "QUERY:REFUND_SALE"]),
  cancel: new Set(["CANCEL", "CANCEL:SALE"]),
  capture: new Set(["CAPTURE", "CAPTURE:SALE"]),
};

/** What an approved message must hold besides, and the reason it is held for where it does not. */
interface Rule {
  readonly reason: RefundHeldReason;
  readonly holds: (result: GatewayResult, expected: ExpectedReversal) => boolean;
}

/**
 * By what was asked for. A refund is a transaction of its own; a cancel and a capture answer with the sale as
 * it is then.
 */
const RULES: Record<ReversalAction, readonly Rule[]> = {
  refund: [
    { reason: "refund_action_mismatch", holds: ({ action }) => ACTIONS.refund.has(action) },
    { reason: "refund_order_mismatch", holds: isOwnTransaction },
    {
      reason: "refund_currency_mismatch",
      holds: (result, expected) => isInCurrency(result, expected, false),
    },
    { reason: "refund_amount_mismatch", holds: isRefundOfAmount },
    { reason: "refund_state_mismatch", holds: ({ state }) => state === "" || isPaidState(state) },
  ],
  cancel: [
    { reason: "refund_action_mismatch", holds: ({ action }) => ACTIONS.cancel.has(action) },
    { reason: "refund_order_mismatch", holds: (result, { sale }) => isOfSale(result, sale) },
    { reason: "refund_currency_mismatch", holds: (result, expected) => isInCurrency(result, expected, true) },
    { reason: "refund_amount_mismatch", holds: (result) => (retainedOf(result) ?? 0) === 0 },
    { reason: "refund_state_mismatch", holds: ({ state }) => state === "canceled" },
  ],
  capture: [
    { reason: "refund_action_mismatch", holds: ({ action }) => ACTIONS.capture.has(action) },
    { reason: "refund_order_mismatch", holds: (result, { sale }) => isOfSale(result, sale) },
    { reason: "refund_currency_mismatch", holds: (result, expected) => isInCurrency(result, expected, true) },
    { reason: "refund_amount_mismatch", holds: isCaptureOfRest },
    { reason: "refund_state_mismatch", holds: ({ state }) => state === "" || isPaidState(state) },
  ],
};

/** Under the refund's own name, and under another reference than the sale's. */
function isOwnTransaction(result: GatewayResult, { id, sale }: ExpectedReversal): boolean {
  const { transactionUnique, orderRef, xref, transactionKey } = result;
  const isNamed = transactionUnique === id && (orderRef === "" || orderRef === id);
  return isNamed && (xref === "" || xref !== sale.xref) && transactionKey !== sale.transactionKey;
}

function isInCurrency(
  { currencyCode, currencyExponent }: GatewayResult,
  { currency }: ExpectedReversal,
  mayBeSilent: boolean,
): boolean {
  if (currency === null || (mayBeSilent && currencyCode === "")) return true;
  const said = currencyOfGateway(currencyCode);
  const sameExponent = currencyExponent === "" || currencyExponent === String(said?.exponent);
  return said?.code === currency && sameExponent;
}

function isRefundOfAmount(result: GatewayResult, expected: ExpectedReversal): boolean {
  const refunded = refundedBy(result);
  if (result.amount === undefined || refunded === undefined || refunded < 1) return false;
  return (expected.amount === null || refunded === expected.amount) && fitsTotal(result, refunded, expected);
}

/** What was refunded of the sale altogether (guide A-15), with or without what was refunded before. */
function fitsTotal(
  { amountRefunded: total, action }: GatewayResult,
  refunded: number,
  { requested }: ExpectedReversal,
): boolean {
  // Asked about itself, a refund may say that nothing of it was refunded.
  if (total === undefined || total === refunded || (total === 0 && action !== "REFUND_SALE")) return true;
  const before = requested?.refunded ?? null;
  return before === null ? total > refunded : total === before + refunded;
}

function refundedBy({ amount, amountReceived }: GatewayResult): number | undefined {
  if (amount === undefined || amountReceived === undefined) return amount ?? amountReceived;
  return amount === amountReceived ? amount : undefined;
}

/**
 * The merchant keeps just the rest. `amount` is that of the sale or of the capture: no text of the vendor
 * says which.
 */
function isCaptureOfRest(result: GatewayResult, { amount, requested, sale }: ExpectedReversal): boolean {
  if (amount === null || requested === null || requested.kept === null) return false;
  const rest = requested.kept - amount;
  const says = result.amount === undefined || result.amount === rest || result.amount === sale.amount;
  return says && retainedOf(result) === rest;
}
