import type { RefundRow } from "../db/refunds.js";
import { inTransaction } from "../db/transaction.js";
import type { GatewayResult } from "../domain/gateway-result.js";
import { held } from "../domain/judgement.js";
import { isRefundMade } from "../domain/refund.js";
import type { Checkout } from "./checkout.js";
import type { AppliedResult } from "./gateway-message.js";
import { applied, insertJudged } from "./insert-judged.js";
import { recordReturned } from "./record-round.js";
import type { UnjudgedRow } from "./unjudged-row.js";

/**
 * Takes the gateway's word that a refund is made, whoever works on it now. Whatever else it says of a refund is found out by
 * asking, and needs no record. A refund that had failed before, and is made after all, is held: a person has to see it.
 */
export async function recordRefundResult(
  checkout: Checkout,
  refund: RefundRow,
  result: GatewayResult,
  row: UnjudgedRow,
): Promise<AppliedResult> {
  if (!isRefundMade(refund, result)) return applied({ outcome: "unknown", reason: null }, true);
  await recordReturned(checkout, refund);
  if (refund.status !== "failed") return applied({ outcome: "completed", reason: null }, true);
  const judgement = held("session_unknown");
  const isNew = await inTransaction(checkout.db, "SERIALIZABLE", (tx) =>
    insertJudged(checkout, tx, row, judgement),
  );
  return applied(judgement, !isNew);
}
