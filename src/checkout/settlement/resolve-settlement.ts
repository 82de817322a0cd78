import { findPaymentIntent } from "../../db/tables/payment-intents.js";
import { dropPendingSettlement } from "../../db/tables/pending-settlements.js";
import { inTransaction } from "../../db/transaction.js";
import { SETTLEMENT } from "../../domain/settlement/settlement.js";
import type { CheckoutContext } from "../context.js";
import { recordSettlement } from "../payments/record-settlement.js";
import { clockOf } from "../test-clock.js";

/** How a person can end a settlement, as the gateway shows it. */
export const SETTLEMENT_RESOLUTIONS = [
  SETTLEMENT.ACCEPTED,
  SETTLEMENT.REJECTED,
  SETTLEMENT.CANCELED,
] as const;

export type SettlementResolution = (typeof SETTLEMENT_RESOLUTIONS)[number];

/**
 * Ends an unresolved settlement by what a person has seen at the gateway, with all that follows from it. The note, why,
 * goes to the log. Throws unless the settlement is unresolved.
 */
export async function resolveSettlement(
  checkout: CheckoutContext,
  paymentIntentId: string,
  status: SettlementResolution,
  note: string,
): Promise<void> {
  const intent = await findPaymentIntent(checkout.db.manager, paymentIntentId);
  if (intent === undefined) throw new Error(`No such payment: ${paymentIntentId}.`);
  const now = await (await clockOf(checkout, intent)).read();
  const isEnded = await inTransaction(checkout.db, "READ COMMITTED", async (tx) => {
    if (intent.settlement !== SETTLEMENT.UNRESOLVED) return false;
    if (!(await recordSettlement(checkout, tx, intent, status, now))) return false;
    await dropPendingSettlement(tx, paymentIntentId);
    return true;
  });
  if (!isEnded) throw new Error(`The settlement of ${paymentIntentId} is not unresolved.`);
  checkout.log.warn({ payment: paymentIntentId, status, note }, "a person has ended a settlement");
}
