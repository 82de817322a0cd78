import type { GatewayResult } from "../domain/gateway-result.js";
import {
  isDefiniteRefusal,
  nextReturnStep,
  type ReturnOutcome,
  returnOutcome,
  type ReturnStep,
  type Told,
  type Wanted,
} from "../domain/return-step.js";
import type { Checkout } from "./checkout.js";
import type { MoneyBack, ReturnedSale } from "./money-back.js";

/** What the gateway says now of a sale, and of the refund that it was told to make. */
export interface Standing {
  /** Undefined where it did not say, or need not. */
  readonly sale: GatewayResult | undefined;
  /** What it has under the refund's own name. Undefined where it could not be searched, or there was nothing to look for. */
  readonly refunds: readonly GatewayResult[] | undefined;
}

/** What has become of a request that the gateway was told. */
export type Outcome =
  /** `not found`: under the refund's own name, and its sale does not tell. A search may be late. */
  | { readonly kind: ReturnOutcome | "not found" }
  | { readonly kind: "refused"; readonly result: GatewayResult };

/** Asks the gateway. Changes nothing, so it may be asked as often as one likes. */
export async function askHowItStands(
  checkout: Checkout,
  back: MoneyBack,
  told: Told | null,
): Promise<Standing> {
  const refunds = told?.request === "refund" ? await searchRefunds(checkout, back) : undefined;
  if (refunds?.some(isApproved)) return { sale: undefined, refunds }; // That says it all.
  const answer = await checkout.direct.query(back.sale.account, back.sale.xref);
  if (answer.kind === "answered" && isAbout(answer.result, back.sale))
    return { sale: answer.result, refunds };
  const why = answer.kind === "no answer" ? answer.why : answer.kind;
  checkout.log.warn({ [back.work]: back.id, why }, "the gateway did not say how a sale stands");
  return { sale: undefined, refunds };
}

/** What is to be sent, if anything. */
export function stepOf({ sale }: Standing, wanted: Wanted): ReturnStep {
  return sale === undefined ? { kind: "unknown" } : nextReturnStep(sale, wanted);
}

/** What has become of the last request. The refund's own transaction says more than what its sale adds up to. */
export function outcomeOf({ sale, refunds }: Standing, wanted: Wanted, told: Told): Outcome {
  const own = refunds && ownOutcome(refunds);
  if (own !== undefined) return own;
  if (sale === undefined) return { kind: "unknown" };
  const kind = returnOutcome(sale, wanted, told);
  return { kind: kind === "unknown" && refunds !== undefined ? "not found" : kind };
}

/** True where the gateway speaks of that very sale. */
export function isAbout(result: GatewayResult, { transactionKey, xref }: ReturnedSale): boolean {
  return result.transactionKey === transactionKey || result.xref === xref;
}

/** True for code 0 and status 0: the gateway has done what it was told. */
export function isApproved({ responseCode, responseStatus }: GatewayResult): boolean {
  return responseCode === 0 && responseStatus === 0;
}

async function searchRefunds(
  { inquiry, log }: Checkout,
  { id, work, sale }: MoneyBack,
): Promise<GatewayResult[] | undefined> {
  const question = { action: "REFUND_SALE", transactionUnique: id, openXrefs: [], knownXrefs: [] } as const;
  const { told, searched, unansweredSale, unansweredSearch } = await inquiry.ask(sale.account, question);
  const why = unansweredSale ?? unansweredSearch;
  if (why !== undefined) log.warn({ [work]: id, why }, "the gateway did not say all about a refund");
  const complete = searched && unansweredSale === undefined;
  return complete || told.length > 0 ? told.map(({ result }) => result) : undefined;
}

/** Of a refund that was told twice one was made, and the other refused as the same again. */
function ownOutcome(refunds: readonly GatewayResult[]): Outcome | undefined {
  if (refunds.some(isApproved)) return { kind: "returned" };
  const [first] = refunds;
  if (first === undefined) return undefined;
  return refunds.every(isDefiniteRefusal) ? { kind: "refused", result: first } : { kind: "unknown" };
}
