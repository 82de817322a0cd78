import { type HeldPaymentRow, lockReversalsOf, renewHeldPayment } from "../../db/tables/held-payments.js";
import type { Tx } from "../../db/transaction.js";
import type { TargetKind } from "../../domain/attempt-reference.js";
import type { GatewayResult } from "../../domain/gateway-result.js";
import { held } from "../../domain/classification.js";
import type { CheckoutContext } from "../context.js";
import type { AppliedResult } from "../gateway-messages/gateway-message.js";
import { applied } from "../gateway-messages/store-gateway-result.js";
import { storedXref } from "../gateway-messages/stored-message.js";
import type { UnclassifiedResult } from "../gateway-messages/new-gateway-result.js";

/**
 * The held payment that a success of a locked session or payment intent speaks of, where its money is on its
 * way back or is back already. Such a payment pays nothing any more, whatever the gateway says of it later:
 * see `claim` in return-held-payment.ts, which holds those as well, so that either of the two comes first.
 */
export async function findReversalOf(
  checkout: CheckoutContext,
  tx: Tx,
  { kind, id: targetId, reversalStartedAt }: Returned,
  result: GatewayResult,
): Promise<HeldPaymentRow | undefined> {
  if (reversalStartedAt === null) return undefined;
  const returns = await lockReversalsOf(tx, { kind, targetId }, checkout.clock.now());
  return returns.find((row) => isOfHeldPayment(checkout, row, result));
}

/** What the money was for. */
interface Returned {
  readonly kind: TargetKind;
  readonly id: string;
  readonly reversalStartedAt: number | null;
}

/**
 * Keeps the success with the held payment: no money pays while it goes back. Until that is resolved its
 * return may still fail, and whoever decides then has to see what the gateway said last.
 */
export async function holdWithReversal(
  tx: Tx,
  { id, resolution, heldReason }: HeldPaymentRow,
  row: UnclassifiedResult,
): Promise<AppliedResult> {
  const stays = applied(held(heldReason), true);
  if (resolution !== null) return stays;
  const { responseCode, responseStatus, amount, amountReceived, currencyCode, state, messageSealed } = row;
  const word = { responseCode, responseStatus, amount, amountReceived, currencyCode, state, messageSealed };
  await renewHeldPayment(tx, id, word);
  return stays;
}

function isOfHeldPayment(checkout: CheckoutContext, row: HeldPaymentRow, result: GatewayResult): boolean {
  return row.transactionKey === result.transactionKey || storedXref(checkout, row) === result.xref;
}
