import type { GatewayResult } from "./gateway-result.js";
import { held, type Classification, type RefundHeldReason } from "./classification.js";
import {
  ACTION,
  isApproved,
  isApprovedVariant,
  isDefiniteRefusal,
  isPaidState,
  isSale,
  namesAction,
  STATE,
} from "./gateway-codes.js";
import { currencyOfGateway } from "./money.js";
import type { RefundStatus } from "./refund.js";
import {
  retainedOf,
  movedSince,
  reversalOutcome,
  type ReversalAction,
  type RequestedReversal,
} from "./reversal-step.js";

/** A sale to reverse, by the gateway's identifiers. */
export interface NamedSale {
  readonly xref: string;
  readonly transactionKey: string;
  /** The amount requested by the sale, in minor units; null if unknown. */
  readonly amount: number | null;
}

/** What a reversal (CANCEL, CAPTURE of less, REFUND_SALE) expects of the gateway's messages about it. */
export interface ExpectedReversal {
  /** Id of the refund, or of the held payment to reverse: the reference of a REFUND_SALE at the gateway. */
  readonly id: string;
  /** The amount to reverse, in minor units; null if it is no longer known: then any amount fits. */
  readonly amount: number | null;
  /** Three letters of ISO 4217 in lower case; null if unknown. */
  readonly currency: string | null;
  /**
   * The action requested of the gateway, with the sale's amounts before it; null if none was, or the gateway
   * has refused.
   */
  readonly requested: RequestedReversal | null;
  readonly sale: NamedSale;
}

/**
 * The kind of message: the `answer` to the request that moves money, one about the `refund` as a transaction
 * of its own (a callback, or the response to a QUERY of it), or the response to a QUERY of the `sale` after
 * the request.
 */
export type MessageKind = "answer" | "refund" | "sale";

/**
 * Classifies one verified message about a reversal, by itself. `refunded`: exactly what was requested was
 * done. `declined`: nothing was. `held`: something was, or may have been, that does not fit. `unknown`: it
 * says nothing. Pure.
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
  // A payment that this service did not request: its money was taken, and may be returned.
  if (isSale(result.action) && !isOfSale(result, expected.sale)) return held("session_unknown");
  if (!isDone) return held("refund_approved_variant");
  const failed = RULES[request].find(({ holds }) => !holds(result, expected));
  return failed === undefined ? { outcome: "refunded", reason: null } : held(failed.reason);
}

/** What is recorded about a reversal. */
export interface ReversalRecord {
  /** A held payment that is being reversed counts as pending until it is resolved. */
  readonly status: RefundStatus;
  readonly requested: ReversalAction | null;
  /** The gateway's transactions that are recorded as this reversal; none for a cancel or a capture. */
  readonly madeBy: readonly string[];
}

/**
 * Classifies a refund that fits against the record: one refund is one transaction of the gateway, made once.
 * Pure.
 */
export function classifyOnRecord(
  classification: Classification,
  { transactionKey }: Pick<GatewayResult, "transactionKey">,
  { status, requested, madeBy }: ReversalRecord,
): Classification {
  if (classification.outcome !== "refunded" || madeBy.includes(transactionKey)) return classification;
  if (madeBy.length > 0) return held("refund_duplicate");
  if (status === "failed") return held("refund_failed");
  // A sale that was cancelled or reduced is not refunded in addition.
  const wasSent = requested === "refund" || (requested === null && status === "pending");
  return wasSent ? classification : held("refund_duplicate");
}

/**
 * The amount reversed according to the gateway, in minor units. Undefined if it does not say, or contradicts
 * itself.
 */
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

/** True if the message is about this sale. */
export function isOfSale(result: Pick<GatewayResult, "xref" | "transactionKey">, sale: NamedSale): boolean {
  return result.xref === "" ? result.transactionKey === sale.transactionKey : result.xref === sale.xref;
}

/** The sale's own amounts show what was done since; that nothing was done is no result. */
function classifySale(sale: GatewayResult, { requested, amount }: ExpectedReversal): Classification {
  if (requested === null) return UNKNOWN;
  if (reversalOutcome(sale, amount ?? "all", requested) === "returned")
    return { outcome: "refunded", reason: null };
  const moved = movedSince(sale, requested);
  return moved === undefined || moved === 0 ? UNKNOWN : held("refund_amount_mismatch");
}

const UNKNOWN: Classification = { outcome: "unknown", reason: null };

/**
 * Fields that an error omits do not count against it: the gateway repeats the request's fields as far as it
 * read them.
 */
function isRefusal(result: GatewayResult, request: ReversalAction, { id, sale }: ExpectedReversal): boolean {
  const { action, transactionUnique, xref, state } = result;
  if (!isDefiniteRefusal(result) || !(action === "" || TELLS_OF[request](action))) return false;
  if (request !== "refund") return xref === "" || xref === sale.xref;
  return (transactionUnique === "" || transactionUnique === id) && !isPaidState(state);
}

/**
 * The response to a request names its action; the response to a QUERY of it, or to a request that changes a
 * sale, names both.
 */
const TELLS_OF: Record<ReversalAction, (action: string) => boolean> = {
  refund: (action) => namesAction(action, ACTION.REFUND_SALE),
  cancel: (action) => action === ACTION.CANCEL || action === `${ACTION.CANCEL}:${ACTION.SALE}`,
  capture: (action) => action === ACTION.CAPTURE || action === `${ACTION.CAPTURE}:${ACTION.SALE}`,
};

/** What an approved message must also contain, and the reason it is held for otherwise. */
interface Rule {
  readonly reason: RefundHeldReason;
  readonly holds: (result: GatewayResult, expected: ExpectedReversal) => boolean;
}

/**
 * By the action requested. A refund is a transaction of its own; a cancel and a capture return the sale in
 * its new state.
 */
const RULES: Record<ReversalAction, readonly Rule[]> = {
  refund: [
    { reason: "refund_action_mismatch", holds: ({ action }) => TELLS_OF.refund(action) },
    { reason: "refund_order_mismatch", holds: isOwnTransaction },
    {
      reason: "refund_currency_mismatch",
      holds: (result, expected) => isInCurrency(result, expected, false),
    },
    { reason: "refund_amount_mismatch", holds: isRefundOfAmount },
    { reason: "refund_state_mismatch", holds: ({ state }) => state === "" || isPaidState(state) },
  ],
  cancel: [
    { reason: "refund_action_mismatch", holds: ({ action }) => TELLS_OF.cancel(action) },
    { reason: "refund_order_mismatch", holds: (result, { sale }) => isOfSale(result, sale) },
    { reason: "refund_currency_mismatch", holds: (result, expected) => isInCurrency(result, expected, true) },
    { reason: "refund_amount_mismatch", holds: (result) => (retainedOf(result) ?? 0) === 0 },
    { reason: "refund_state_mismatch", holds: ({ state }) => state === STATE.CANCELED },
  ],
  capture: [
    { reason: "refund_action_mismatch", holds: ({ action }) => TELLS_OF.capture(action) },
    { reason: "refund_order_mismatch", holds: (result, { sale }) => isOfSale(result, sale) },
    { reason: "refund_currency_mismatch", holds: (result, expected) => isInCurrency(result, expected, true) },
    { reason: "refund_amount_mismatch", holds: isCaptureOfRest },
    { reason: "refund_state_mismatch", holds: ({ state }) => state === "" || isPaidState(state) },
  ],
};

/** With the refund's own reference, and another `xref` than the sale's. */
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

/** The total refunded of the sale (guide A-15), with or without what was refunded before. */
function fitsTotal(
  { amountRefunded: total, action }: GatewayResult,
  refunded: number,
  { requested }: ExpectedReversal,
): boolean {
  // The response to a QUERY of the refund itself may report that nothing of it was refunded.
  if (total === undefined || total === refunded || (total === 0 && action !== ACTION.REFUND_SALE))
    return true;
  const before = requested?.refunded ?? null;
  return before === null ? total > refunded : total === before + refunded;
}

function refundedBy({ amount, amountReceived }: GatewayResult): number | undefined {
  if (amount === undefined || amountReceived === undefined) return amount ?? amountReceived;
  return amount === amountReceived ? amount : undefined;
}

/**
 * The merchant retains exactly the rest. `amount` is that of the sale or of the capture: the vendor's
 * documentation does not say which.
 */
function isCaptureOfRest(result: GatewayResult, { amount, requested, sale }: ExpectedReversal): boolean {
  if (amount === null || requested === null || requested.kept === null) return false;
  const rest = requested.kept - amount;
  const says = result.amount === undefined || result.amount === rest || result.amount === sale.amount;
  return says && retainedOf(result) === rest;
}
