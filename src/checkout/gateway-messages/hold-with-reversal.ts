import { type HeldPaymentRow, lockReversalsOf, renewHeldPayment } from "../../db/tables/held-payments.js";
import type { Tx } from "../../db/transaction.js";
import type { TargetKind } from "../../domain/attempt.js";
import { held } from "../../domain/classification.js";
import type { GatewayResult } from "../../domain/gateway-result.js";
import type { Clock } from "../../lib/clock.js";
import type { CheckoutContext } from "../context.js";
import type { EventParts } from "../events/record-events.js";
import type { AppliedResult } from "./gateway-message.js";
import {
  applied,
  isMore,
  storedXref,
  storeMessage,
  type UnclassifiedResult,
} from "./store-gateway-result.js";

/**
 * The held payment that a success of a locked session or payment intent is about, if its reversal has started or is
 * done. Such a payment pays nothing any more, whatever the gateway reports later: see `lease` in
 * return-held-payment.ts, which locks the session or payment intent as well, so that one of the two comes first. It is
 * asked only where a reversal has started: hardly any has one, and this locks rows.
 */
export async function findReversalOf(
  checkout: CheckoutContext,
  tx: Tx,
  { kind, id: targetId }: Returned,
  result: GatewayResult,
): Promise<HeldPaymentRow | undefined> {
  const returns = await lockReversalsOf(tx, { kind, targetId }, checkout.clock.now());
  return returns.find((row) => isOfHeldPayment(checkout, row, result));
}

/** The target of the money being reversed. */
interface Returned {
  readonly kind: TargetKind;
  readonly id: string;
}

/**
 * Stores the success with the held payment: money pays nothing while it is being reversed. The reversal may
 * still fail, and the person who then decides has to see the gateway's latest message.
 */
export async function holdWithReversal(
  parts: EventParts,
  clock: Clock,
  tx: Tx,
  returned: HeldPaymentRow,
  row: UnclassifiedResult,
): Promise<AppliedResult> {
  const { id, resolution, heldReason } = returned;
  const stays = applied(held(heldReason), true);
  if (resolution !== null) return isMore(returned, row) ? await holdMore(parts, clock, tx, row) : stays;
  const { responseCode, responseStatus, amount, amountReceived, currencyCode, state, messageSealed } = row;
  const word = { responseCode, responseStatus, amount, amountReceived, currencyCode, state, messageSealed };
  await renewHeldPayment(tx, id, word);
  return stays;
}

/** More was received than was returned. */
async function holdMore(
  parts: EventParts,
  clock: Clock,
  tx: Tx,
  row: UnclassifiedResult,
): Promise<AppliedResult> {
  const classification = held("amount_mismatch");
  return applied(classification, (await storeMessage(parts, clock, tx, row, classification)) === undefined);
}

function isOfHeldPayment(checkout: CheckoutContext, row: HeldPaymentRow, result: GatewayResult): boolean {
  return row.transactionKey === result.transactionKey || storedXref(checkout, row) === result.xref;
}
