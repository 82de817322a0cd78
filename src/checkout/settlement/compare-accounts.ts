import type { Database } from "../../db/engine/database.js";
import { findAccountedResults, listPaymentsOf, type TimeSpan } from "../../db/tables/day-accounts.js";
import { findRefund } from "../../db/tables/refunds.js";
import { ACTION, isCapturedState } from "../../domain/gateway-codes.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import {
  AccountComparison,
  type Difference,
  type GatewayEntry,
} from "../../domain/settlement/compare-accounts.js";
import { accountLines } from "./account-lines.js";

/** What came of a comparison. */
export interface Compared {
  readonly differences: readonly Difference[];
  /** How many lines and transactions were compared. */
  readonly lines: number;
  readonly entries: number;
}

/** Compares a merchant's accounts of a time span with the gateway's own books. */
export async function compareAccounts(
  db: Database,
  scope: MerchantScope,
  span: TimeSpan,
  books: Iterable<GatewayEntry>,
): Promise<Compared> {
  const comparison = new AccountComparison(books);
  let lines = 0;
  for await (const line of accountLines(db, scope, span)) {
    comparison.add(line);
    lines += 1;
  }
  const differences = await comparison.end((entry) => isRecorded(db, scope, entry));
  return { differences, lines, entries: comparison.entries };
}

/**
 * Whether a transaction is on record, on whatever day: as a payment, as held, or as a refund. What is on record as an
 * authorization alone is no payment: where the gateway has captured it, the money is recorded nowhere.
 */
async function isRecorded(
  db: Database,
  scope: MerchantScope,
  { action, transactionID, transactionUnique, amount, state }: GatewayEntry,
): Promise<boolean> {
  if (action === ACTION.REFUND_SALE) {
    const refund = await findRefund(db.manager, transactionUnique);
    const isOwn = refund?.merchantId === scope.merchantId && refund.livemode === scope.livemode;
    if (isOwn && refund.status === "succeeded" && refund.amount === amount) return true;
  }
  const results = await findAccountedResults(db.manager, scope, `transaction:${transactionID}`);
  const isPayment = action === ACTION.SALE && isCapturedState(state);
  if (!isPayment || results.some(({ outcome }) => outcome !== "completed")) return results.length > 0;
  const sessions = results.map(({ sessionId }) => sessionId).filter((id) => id !== null);
  const intents = results.map(({ paymentIntentId }) => paymentIntentId).filter((id) => id !== null);
  const payments = await listPaymentsOf(db.manager, sessions, intents);
  return payments.some(({ status }) => status === "succeeded");
}
