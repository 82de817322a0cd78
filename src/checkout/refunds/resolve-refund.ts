import { findRefund } from "../../db/tables/refunds.js";
import { findHeldReversal } from "../../db/tables/reversals.js";
import type { CheckoutContext } from "../context.js";
import { leaseOldestRefund, recordEnd } from "./refund-lease.js";
import { release } from "./reversal.js";

/**
 * Ends a refund in doubt by what a person has seen at the gateway: that the money was refunded, or that it
 * was not. Throws if the refund is not in doubt, or another call processes it.
 */
export async function resolveRefund(checkout: CheckoutContext, id: string, isBack: boolean): Promise<void> {
  const wanted = await findRefund(checkout.db.manager, id);
  if (wanted === undefined) throw new Error(`No such refund: ${id}.`);
  const leased = await leaseOldestRefund(checkout, wanted.paymentIntentId);
  if (leased === "busy")
    throw new Error("Another process is working on this payment. Try again in a minute.");
  const held = await findHeldReversal(checkout.db.manager, id);
  // Only the oldest pending refund can have been sent.
  const isInDoubt = leased !== "none" && leased.refund.id === id && leased.refund.gatewayAction !== null;
  if (isInDoubt && (isBack || held === undefined)) {
    await recordEnd(checkout, leased, isBack ? "succeeded" : "lost");
    return;
  }
  if (leased !== "none") await release(checkout, leased.result, leased.lease);
  if (isInDoubt) throw new Error(`The gateway may have made ${id}: resolve the held payment ${held} first.`);
  throw new Error(`${id} is not in doubt: it has ended, or it was never requested of the gateway.`);
}
