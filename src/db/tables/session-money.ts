import { SETTLEMENT } from "../../domain/settlement/settlement.js";
import type { Decline, PendingPayment } from "../../domain/session.js";
import { checkoutSessions } from "./checkout-sessions.js";
import { queueUpdate, updateRows } from "../query/update.js";
import type { Tx } from "../transaction.js";

/** Records what is known of money that may have moved for a session. Says nothing of one that is complete. */
export async function setPendingPayment(tx: Tx, id: string, pending: PendingPayment | null): Promise<void> {
  await updateRows(tx, checkoutSessions, { pendingPayment: pending }, "id = ? AND status <> 'complete'", [
    id,
  ]);
}

/**
 * Records whether the newest attempt is in doubt, with the transaction's next statement or its COMMIT; not where
 * another has begun meanwhile, or a person has to decide anyway.
 */
export function noteDoubt(tx: Tx, id: string, attempt: number, inDoubt: boolean): void {
  const change = { pendingPayment: inDoubt ? ("processing" as const) : null };
  const isNewest =
    "id = ? AND attempt = ? AND status <> 'complete' AND COALESCE(pending_payment, '') <> 'held'";
  queueUpdate(tx, checkoutSessions, change, isNewest, [id, attempt]);
}

/** Records that a session is completed by an authorization, with the transaction's next statement or its COMMIT. */
export function queueUncaptured(tx: Tx, id: string): void {
  queueUpdate(tx, checkoutSessions, { pendingPayment: "uncaptured" }, "id = ?", [id]);
}

/**
 * Records what was captured of a complete session's authorization; money in another currency than its own counts as
 * none.
 */
export async function recordSessionCapture(
  tx: Tx,
  id: string,
  { amount, currency }: { readonly amount: number; readonly currency: string },
): Promise<void> {
  const amountReceived = () => ({
    sql: "CASE WHEN currency = ? THEN NULLIF(?, amount_total) ELSE 0 END",
    values: [currency, amount],
  });
  const change = { pendingPayment: null, amountReceived };
  await updateRows(tx, checkoutSessions, change, "id = ? AND status = 'complete'", [id]);
}

/** Records that a card was declined. */
export async function setLastDecline(tx: Tx, id: string, lastDecline: Decline): Promise<void> {
  await updateRows(tx, checkoutSessions, { lastDecline }, "id = ?", [id]);
}

/** Records that the gateway has rejected the payment of a complete session at settlement. */
export async function setPaymentRejected(tx: Tx, id: string): Promise<void> {
  await updateRows(
    tx,
    checkoutSessions,
    { pendingPayment: SETTLEMENT.REJECTED },
    "id = ? AND status = 'complete'",
    [id],
  );
}

/** Records that more was received for a complete session than its completion has recorded. */
export async function raiseAmountReceived(tx: Tx, id: string, amount: number): Promise<void> {
  await updateRows(tx, checkoutSessions, { amountReceived: amount }, "id = ? AND status = 'complete'", [id]);
}
