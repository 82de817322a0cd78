import { lockCheckoutSession } from "../../db/tables/checkout-sessions.js";
import { lockPaymentIntent, type PaymentIntentRow, setSettlement } from "../../db/tables/payment-intents.js";
import { queuePendingSettlement } from "../../db/tables/pending-settlements.js";
import { setPaymentRejected } from "../../db/tables/session-money.js";
import type { Tx } from "../../db/transaction.js";
import {
  maySettle,
  nextSettlementAskAt,
  SETTLEMENT,
  type SettlementStatus,
} from "../../domain/settlement/settlement.js";
import { type EventParts, type EventToRecord, recordEvents } from "../events/record-events.js";

/** Begins to follow the settlement of a payment that has just succeeded. */
export function followSettlement(tx: Tx, intent: PaymentIntentRow, now: number): void {
  queuePendingSettlement(tx, intent, { paidAt: now, nextAskAt: nextSettlementAskAt(now, now) });
}

/**
 * Records what became of a payment's settlement, with its events. A rejected payment stays `succeeded`, and its session
 * `complete`: neither says any more that money was received. False if the settlement had ended before.
 *
 * The session is locked before the payment, as everywhere: the other order could deadlock.
 */
export async function recordSettlement(
  parts: EventParts,
  tx: Tx,
  { id, sessionId }: Pick<PaymentIntentRow, "id" | "sessionId">,
  status: SettlementStatus,
  now: number,
): Promise<boolean> {
  const session = sessionId === null ? undefined : await lockCheckoutSession(tx, sessionId);
  const intent = await lockPaymentIntent(tx, id);
  if (!maySettle(intent.settlement, status)) return false;
  const change = { settlement: status, settledAt: now };
  await setSettlement(tx, id, change);
  const settled = { ...intent, ...change };
  const news: EventToRecord[] = [];
  if (status === SETTLEMENT.REJECTED) news.push(["payment_intent.settlement_rejected", settled]);
  if (status === SETTLEMENT.UNRESOLVED) news.push(["payment_intent.settlement_unresolved", settled]);
  if (status === SETTLEMENT.REJECTED && session?.paymentIntentId === id) {
    await setPaymentRejected(tx, session.id);
    news.push(["checkout.session.async_payment_failed", { ...session, pendingPayment: SETTLEMENT.REJECTED }]);
  }
  if (news.length > 0) recordEvents(parts, tx, now, ...news);
  return true;
}
