import type { CheckoutSessionRow } from "../db/checkout-sessions.js";
import { type HeldPaymentRow, lockReturnsOf, renewHeldPayment } from "../db/held-payments.js";
import type { Tx } from "../db/transaction.js";
import type { GatewayResult } from "../domain/gateway-result.js";
import type { Checkout } from "./checkout.js";
import { storedXref } from "./stored-message.js";
import type { UnjudgedRow } from "./unjudged-row.js";

/**
 * The held payment that a success of a locked session speaks of, where its money is on its way back or is back already. Such
 * a payment pays nothing any more, whatever the gateway says of it later: see `claim` in return-held-payment.ts, which holds
 * the session as well, so that either of the two comes first.
 */
export async function findReturnOf(
  checkout: Checkout,
  tx: Tx,
  session: CheckoutSessionRow,
  result: GatewayResult,
): Promise<HeldPaymentRow | undefined> {
  if (session.returnBegunAt === null) return undefined;
  const returns = await lockReturnsOf(tx, session.id, checkout.clock.now());
  return returns.find((held) => isAbout(checkout, held, result));
}

/**
 * Keeps the success with the held payment. Until that is resolved its return may still fail, and whoever decides then has to
 * see what the gateway said last.
 */
export async function keepWithReturn(
  tx: Tx,
  { id, resolution }: HeldPaymentRow,
  row: UnjudgedRow,
): Promise<void> {
  if (resolution !== null) return;
  const { responseCode, responseStatus, amount, amountReceived, currencyCode, state, messageSealed } = row;
  const word = { responseCode, responseStatus, amount, amountReceived, currencyCode, state, messageSealed };
  await renewHeldPayment(tx, id, word);
}

function isAbout(checkout: Checkout, held: HeldPaymentRow, result: GatewayResult): boolean {
  return held.transactionKey === result.transactionKey || storedXref(checkout, held) === result.xref;
}
