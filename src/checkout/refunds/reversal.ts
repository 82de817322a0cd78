import type { ReportedTransaction } from "../../cardstream/inquiry.js";
import { type LeasedSale, releaseSale } from "../../db/tables/reversals.js";
import { inTransaction } from "../../db/transaction.js";
import type { Classification } from "../../domain/classification.js";
import type { GatewayResult } from "../../domain/gateway-result.js";
import {
  type RequestedReversal,
  type Wanted,
  retainedOf,
  nextReversalStep,
  type ReversalOutcome,
  reversalOutcome,
  type ReversalStep,
} from "../../domain/reversal-step.js";
import type { CheckoutContext } from "../context.js";
import type { ReversalMessage } from "../gateway-messages/store-reversal-message.js";
import { NO_SALE, querySale, type ReversibleSale } from "./query-sale.js";

/**
 * A reversal: of a refund's amount, or of all of a held payment. The call that carries it out has leased the
 * sale.
 */
export interface Reversal {
  readonly work: "refund" | "return";
  /**
   * This service's id. It is the refund's reference at the gateway, if the refund is a transaction of its
   * own.
   */
  readonly id: string;
  readonly sale: ReversibleSale;
  readonly wanted: Wanted;
  /** The sale's currency: three letters of ISO 4217 in lower case; null if unknown. */
  readonly currency: string | null;
  /** The request sent to the gateway before, whose outcome is unknown. */
  readonly requested: RequestedReversal | null;
  /** True if a request that the gateway has certainly not carried out may be sent again. */
  readonly mayTellAgain: boolean;
  /**
   * Records the request to be sent next, or (null) that the gateway has refused it for good. Throws if
   * another call holds the lease by now: then nothing is sent. `reported` is the sale as the gateway reports it.
   */
  note(this: void, requested: RequestedReversal | null, reported: GatewayResult | undefined): Promise<void>;
  /**
   * Records that the gateway has more of the sale than is recorded, before anything is requested. Undefined where that
   * speaks against the message: a capture by less would take the rest of a larger amount.
   */
  readonly hearMore: ((this: void, message: ReversalMessage) => Promise<void>) | undefined;
  /**
   * Records a gateway message, and returns its classification. `requested` is the request that it follows.
   */
  hear(this: void, message: ReversalMessage, requested: RequestedReversal): Promise<Classification>;
}

/** Twice as long as all calls to the gateway may take. A call that takes longer has recorded its requests. */
export const LEASE_MS = 60_000;

/**
 * Releases a lease. Fails silently: the caller should see the error before it, and the lease expires by
 * itself.
 */
export async function release(
  checkout: CheckoutContext,
  transaction: LeasedSale,
  lease: string,
): Promise<void> {
  try {
    await inTransaction(checkout.db, "READ COMMITTED", (tx) => releaseSale(tx, transaction, lease));
  } catch (error) {
    checkout.log.warn({ err: error, lease }, "a lease could not be released");
  }
}

/** What the gateway reports now about a sale, and about the refund requested of it. */
export interface SaleProgress {
  /** Undefined if the gateway reported nothing, or nothing that can be trusted. */
  readonly sale: GatewayResult | undefined;
  /** True if the gateway reports that the transaction is not a sale, but for example a refund. */
  readonly isNoSale: boolean;
  /**
   * What the sale's amounts say about the requested action. Undefined if none was requested, or `sale` is
   * undefined.
   */
  readonly bySale: Classification | undefined;
  /** Undefined if there was nothing to search for. */
  readonly own: OwnTransactions | undefined;
}

/** The gateway's transactions with the refund's own reference. */
interface OwnTransactions {
  readonly known: readonly { readonly result: GatewayResult; readonly classification: Classification }[];
  /** True if the gateway listed all of them. */
  readonly isComplete: boolean;
  /** True if it lists one, but reports nothing about it that can be trusted. */
  readonly isUnanswered: boolean;
}

/** The outcome of a request that was sent to the gateway. */
export type RequestOutcome =
  /**
   * `not found`: no transaction has the refund's own reference, and the sale shows nothing. A search may lag
   * behind.
   */
  | { readonly kind: ReversalOutcome | "not found" }
  | { readonly kind: "refused"; readonly result: GatewayResult };

/**
 * Queries the gateway, and records what it reports about the request. Changes nothing at the gateway, so it
 * may be repeated.
 */
export async function querySaleProgress(
  checkout: CheckoutContext,
  back: Reversal,
  requested: RequestedReversal | null,
): Promise<SaleProgress> {
  const own = requested?.request === "refund" ? await searchRefunds(checkout, back, requested) : undefined;
  const silent: SaleProgress = { sale: undefined, isNoSale: false, bySale: undefined, own };
  if (own?.known.some(isMade)) return silent; // That decides it.
  const answer = await querySale(checkout, back.sale, back.currency);
  const why = answer.kind === "told" ? tooMuch(answer.result, back) : answer.why;
  if (answer.kind !== "told" || why !== undefined) {
    checkout.log.warn({ [back.work]: back.id, why }, "the gateway did not tell the state of a sale");
    return { ...silent, isNoSale: why === NO_SALE };
  }
  const { result, body } = answer;
  if (requested === null && isMore(result, back))
    await back.hearMore?.({ result, body, via: "query", kind: "sale" });
  const bySale =
    requested === null ? undefined : await back.hear({ result, body, via: "query", kind: "sale" }, requested);
  return { ...silent, sale: result, bySale };
}

/** The step to send, if any. */
export function stepOf({ sale }: SaleProgress, wanted: Wanted): ReversalStep {
  return sale === undefined ? { kind: "unknown" } : nextReversalStep(sale, wanted);
}

/**
 * The outcome of the last request. A refund's own transaction is better evidence than the amounts of its
 * sale.
 */
export function outcomeOf(
  { sale, bySale, own }: SaleProgress,
  wanted: Wanted,
  requested: RequestedReversal,
): RequestOutcome {
  const byItself = own && ownOutcome(own);
  if (byItself !== undefined) return byItself;
  if (bySale?.outcome === "refunded") return { kind: "returned" };
  // Something was done that does not fit, or is not reported yet: it must not count as nothing.
  if (sale === undefined || bySale?.outcome === "held" || own?.isUnanswered === true)
    return { kind: "unknown" };
  const kind = reversalOutcome(sale, wanted, requested);
  return { kind: kind === "unknown" && own?.isComplete === true ? "not found" : kind };
}

/** Why a sale as the gateway reports it cannot be reversed, for the log. Undefined if it can. */
function tooMuch(result: GatewayResult, back: Reversal): string | undefined {
  return back.hearMore === undefined && isMore(result, back) ? "more than was received" : undefined;
}

function isMore(result: GatewayResult, { sale }: Reversal): boolean {
  return (retainedOf(result) ?? 0) > (sale.received ?? 0);
}

async function searchRefunds(
  checkout: CheckoutContext,
  back: Reversal,
  requested: RequestedReversal,
): Promise<OwnTransactions> {
  const question = { transactionUnique: back.id, openXrefs: [], knownXrefs: [] };
  const answer = await checkout.inquiry.ask(back.sale.account, question);
  const { unansweredSale, unansweredSearch, searched } = answer;
  const why = unansweredSale ?? unansweredSearch;
  if (why !== undefined)
    checkout.log.warn({ [back.work]: back.id, why }, "the gateway's answers about a refund are incomplete");
  const known = [];
  for (const each of answer.reported) known.push(await hearOwn(back, each, requested));
  const isUnanswered = unansweredSale !== undefined;
  return { known, isUnanswered, isComplete: searched && !isUnanswered };
}

async function hearOwn(
  back: Reversal,
  { result, body, way }: ReportedTransaction,
  requested: RequestedReversal,
) {
  return { result, classification: await back.hear({ result, body, via: way, kind: "refund" }, requested) };
}

/** If a refund was sent twice, one was made, and the other refused as a duplicate. */
function ownOutcome({ known, isUnanswered }: OwnTransactions): RequestOutcome | undefined {
  if (known.some(isMade)) return { kind: "returned" };
  const [first] = known;
  if (first === undefined) return undefined;
  const isRefused =
    !isUnanswered && known.every(({ classification }) => classification.outcome === "declined");
  return isRefused ? { kind: "refused", result: first.result } : { kind: "unknown" };
}

function isMade({ classification }: { readonly classification: Classification }): boolean {
  return classification.outcome === "refunded";
}
