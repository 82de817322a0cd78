import type { ReportedTransaction } from "../../cardstream/inquiry.js";
import type { AttemptResult } from "../../db/tables/gateway-results.js";
import type { KnownTransaction } from "../../domain/attempt-certainty.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import type { CheckoutContext } from "../context.js";

/**
 * The latest known state of each transaction of an attempt: a final result outlasts any "not yet" after it.
 */
export function lastWords(
  results: readonly AttemptResult[],
  reported: readonly ReportedTransaction[],
): KnownTransaction[] {
  const last = new Map<string, KnownTransaction>();
  for (const result of results) {
    if (result.outcome !== "unknown" || last.get(result.transactionKey) === undefined)
      last.set(result.transactionKey, result);
  }
  // An unknown result is stored once for each transaction; only the gateway's answer shows its current state.
  for (const { result } of reported) {
    const before = last.get(result.transactionKey);
    if (before?.outcome !== "unknown") continue;
    const { responseCode = null, state } = result;
    last.set(result.transactionKey, { ...before, responseCode, state });
  }
  return [...last.values()];
}

/** The `xref` of each transaction whose outcome is not known. */
export function openXrefs(
  checkout: CheckoutContext,
  scope: MerchantScope,
  results: readonly AttemptResult[],
): string[] {
  const settled = new Set(settledXrefs(checkout, scope, results));
  const all = results.map((result) => xrefOf(checkout, scope, result));
  return [...new Set(all.filter((xref) => xref !== undefined && !settled.has(xref)))] as string[];
}

/**
 * The `xref` of each transaction whose outcome is known. A sale that paid is not queried again: a refund of
 * it does not change the payment.
 */
export function settledXrefs(
  checkout: CheckoutContext,
  scope: MerchantScope,
  results: readonly AttemptResult[],
): string[] {
  const decided = results.filter(({ outcome }) => outcome !== "unknown");
  const xrefs = decided.map((result) => xrefOf(checkout, scope, result));
  return [...new Set(xrefs.filter((xref) => xref !== undefined))] as string[];
}

function xrefOf(
  { sealer }: CheckoutContext,
  { merchantId, livemode }: MerchantScope,
  { xrefSealed }: AttemptResult,
): string | undefined {
  if (xrefSealed === null) return undefined;
  return sealer.open(xrefSealed, { merchantId, livemode, purpose: "xref" });
}
