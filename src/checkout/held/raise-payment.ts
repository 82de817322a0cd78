import { findGatewayResults } from "../../db/tables/gateway-results.js";
import type { HeldPaymentRow } from "../../db/tables/held-payments.js";
import { lockPaymentIntent, type PaymentIntentRow, raiseAmount } from "../../db/tables/payment-intents.js";
import { raiseAmountReceived } from "../../db/tables/session-money.js";
import type { Tx } from "../../db/transaction.js";
import { isAuthorization } from "../../domain/payment-intent.js";
import { receivedOf } from "../../domain/held-payment.js";
import type { CheckoutContext } from "../context.js";
import { transactionOf } from "./claim-held-payment.js";
import { factsOf } from "./get-held-payment.js";
import type { HeldTarget } from "./held-target.js";

/** Locks the succeeded payment of a held payment's target. Undefined if none has succeeded. */
export async function lockSucceeded(
  tx: Tx,
  { session, intent }: HeldTarget,
): Promise<PaymentIntentRow | undefined> {
  const paymentId = session?.paymentIntentId ?? null;
  const payment = intent ?? (paymentId === null ? undefined : await lockPaymentIntent(tx, paymentId));
  // What a capture has taken is what the gateway answered to it.
  return payment?.status === "succeeded" && !isAuthorization(payment) ? payment : undefined;
}

/**
 * Raises a succeeded payment to the amount of an accepted message about its own transaction: a message before it
 * reported less. An amount is never lowered, since a message may report what is left after money went back.
 */
export async function raisePayment(
  checkout: CheckoutContext,
  tx: Tx,
  payment: PaymentIntentRow,
  held: HeldPaymentRow,
): Promise<void> {
  const received = receivedOf(factsOf(held));
  if (received?.currency !== payment.currency || received.amount <= payment.amountReceived) return;
  const ids = payment.gatewayResultId === null ? [] : [payment.gatewayResultId];
  const [paidBy] = await findGatewayResults(tx, ids);
  if (paidBy === undefined || transactionOf(checkout, paidBy) !== transactionOf(checkout, held)) return;
  await raiseAmount(tx, payment.id, received.amount);
  if (payment.sessionId !== null) await raiseAmountReceived(tx, payment.sessionId, received.amount);
}
