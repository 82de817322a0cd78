import type { ReportedTransaction } from "../../cardstream/inquiry.js";
import type { GatewayResult } from "../../domain/gateway-result.js";
import type { Classification } from "../../domain/classification.js";
import { currencyOfGateway } from "../../domain/money.js";
import {
  retainedOf,
  nextReversalStep,
  type ReversalOutcome,
  reversalOutcome,
  type ReversalStep,
  type RequestedReversal,
  type Wanted,
} from "../../domain/reversal-step.js";
import { isOfSale } from "../../domain/reversal-classification.js";
import type { CheckoutContext } from "../context.js";
import type { Reversal } from "./reversal.js";

/** What the gateway says now of a sale, and of the refund that it was told to make. */
export interface SaleProgress {
  /** Undefined where it did not say, or nothing believable. */
  readonly sale: GatewayResult | undefined;
  /** True where it says that the transaction is none: a refund, say. */
  readonly isNoSale: boolean;
  /** What the sale's sums mean for what was told. Undefined where nothing was told, or `sale` is. */
  readonly bySale: Classification | undefined;
  /** Undefined where there was nothing to look for. */
  readonly own: OwnTransactions | undefined;
}

/** What the gateway has under the refund's own name. */
interface OwnTransactions {
  readonly known: readonly { readonly result: GatewayResult; readonly classification: Classification }[];
  /** True where it listed all that there is. */
  readonly isComplete: boolean;
  /** True where it knows of one that it said nothing believable about. */
  readonly isUnanswered: boolean;
}

/** What has become of a request that the gateway was told. */
export type RequestOutcome =
  /** `not found`: under the refund's own name, and its sale does not tell. A search may be late. */
  | { readonly kind: ReversalOutcome | "not found" }
  | { readonly kind: "refused"; readonly result: GatewayResult };

/**
 * Asks the gateway, and records what it says of the request. Changes nothing there, so it may be asked as
 * often as one likes.
 */
export async function querySaleProgress(
  checkout: CheckoutContext,
  back: Reversal,
  requested: RequestedReversal | null,
): Promise<SaleProgress> {
  const own = requested?.request === "refund" ? await searchRefunds(checkout, back, requested) : undefined;
  const silent: SaleProgress = { sale: undefined, isNoSale: false, bySale: undefined, own };
  if (own?.known.some(isMade)) return silent; // That says it all.
  const answer = await checkout.direct.query(back.sale.account, back.sale.xref);
  const why = answer.kind === "answered" ? doubtOf(answer.result, back) : whyOf(answer);
  if (answer.kind !== "answered" || why !== undefined) {
    checkout.log.warn({ [back.work]: back.id, why }, "the gateway did not say how a sale stands");
    return { ...silent, isNoSale: why === NO_SALE };
  }
  const { result, body } = answer;
  const bySale =
    requested === null ? undefined : await back.hear({ result, body, via: "query", kind: "sale" }, requested);
  return { ...silent, sale: result, bySale };
}

/** What is to be sent, if anything. */
export function stepOf({ sale }: SaleProgress, wanted: Wanted): ReversalStep {
  return sale === undefined ? { kind: "unknown" } : nextReversalStep(sale, wanted);
}

/** What has become of the last request. The refund's own transaction says more than what its sale adds up to. */
export function outcomeOf(
  { sale, bySale, own }: SaleProgress,
  wanted: Wanted,
  requested: RequestedReversal,
): RequestOutcome {
  const byItself = own && ownOutcome(own);
  if (byItself !== undefined) return byItself;
  if (bySale?.outcome === "refunded") return { kind: "returned" };
  // Something was done that does not fit, or is not told yet: it must not be taken for nothing.
  if (sale === undefined || bySale?.outcome === "held" || own?.isUnanswered === true)
    return { kind: "unknown" };
  const kind = reversalOutcome(sale, wanted, requested);
  return { kind: kind === "unknown" && own?.isComplete === true ? "not found" : kind };
}

/** Why the answer about a sale says nothing, for the log. Undefined where it is one. */
function doubtOf(result: GatewayResult, { sale, currency }: Reversal): string | undefined {
  if (!isOfSale(result, sale)) return "another transaction";
  if (!isOriginallySale(result)) return result.state === "" ? `code ${result.responseCode}` : NO_SALE;
  const said = currencyOfGateway(result.currencyCode)?.code;
  if (currency !== null && said !== undefined && said !== currency) return "another currency";
  const isMore = sale.received !== null && (retainedOf(result) ?? 0) > sale.received;
  return isMore ? "more than was received" : undefined;
}

const NO_SALE = "not a sale";

/** The answer to a question names the transaction's own action last. */
function isOriginallySale({ action }: GatewayResult): boolean {
  return action.split(":").at(-1) === "SALE";
}

function whyOf(answer: { readonly kind: string; readonly why?: string }): string {
  return answer.why ?? answer.kind;
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
    checkout.log.warn({ [back.work]: back.id, why }, "the gateway did not say all about a refund");
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

/** Of a refund that was told twice one was made, and the other refused as the same again. */
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
