import { type HeldPaymentRow, lockReturnsOf, renewHeldPayment } from "../../db/tables/held-payments.js";
import type { Tx } from "../../db/transaction.js";
import type { SubjectKind } from "../../domain/attempt-reference.js";
import type { GatewayResult } from "../../domain/gateway-result.js";
import { held } from "../../domain/classification.js";
import type { Checkout } from "../context.js";
import type { AppliedResult } from "../gateway-messages/gateway-message.js";
import { applied } from "../gateway-messages/store-gateway-result.js";
import { storedXref } from "../gateway-messages/stored-message.js";
import type { UnjudgedRow } from "../gateway-messages/new-gateway-result.js";

/**
 * The held payment that a success of a locked session or payment intent speaks of, where its money is on its way back or is back already. Such
 * a payment pays nothing any more, whatever the gateway says of it later: see `claim` in return-held-payment.ts, which holds
 * those as well, so that either of the two comes first.
 */
export async function findReturnOf(
  checkout: Checkout,
  tx: Tx,
  { kind, id: subjectId, returnBegunAt }: Returned,
  result: GatewayResult,
): Promise<HeldPaymentRow | undefined> {
  if (returnBegunAt === null) return undefined;
  const returns = await lockReturnsOf(tx, { kind, subjectId }, checkout.clock.now());
  return returns.find((row) => isAbout(checkout, row, result));
}

/** What the money was for. */
interface Returned {
  readonly kind: SubjectKind;
  readonly id: string;
  readonly returnBegunAt: number | null;
}

/**
 * Keeps the success with the held payment: no money pays while it goes back. Until that is resolved its return may still fail, and whoever decides then has to
 * see what the gateway said last.
 */
export async function keepWithReturn(
  tx: Tx,
  { id, resolution, heldReason }: HeldPaymentRow,
  row: UnjudgedRow,
): Promise<AppliedResult> {
  const stays = applied(held(heldReason), true);
  if (resolution !== null) return stays;
  const { responseCode, responseStatus, amount, amountReceived, currencyCode, state, messageSealed } = row;
  const word = { responseCode, responseStatus, amount, amountReceived, currencyCode, state, messageSealed };
  await renewHeldPayment(tx, id, word);
  return stays;
}

function isAbout(checkout: Checkout, row: HeldPaymentRow, result: GatewayResult): boolean {
  return row.transactionKey === result.transactionKey || storedXref(checkout, row) === result.xref;
}
