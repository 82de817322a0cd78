import { findGatewayResults, type GatewayResultRow } from "../../db/tables/gateway-results.js";
import { findPaymentIntent } from "../../db/tables/payment-intents.js";
import { findOldestPendingRefund } from "../../db/tables/pending-refunds.js";
import type { RefundRow } from "../../db/tables/refunds.js";
import { leaseSale, releaseSale } from "../../db/tables/sale-leases.js";
import { inTransaction } from "../../db/transaction.js";
import { newId } from "../../lib/ids.js";
import type { CheckoutContext } from "../context.js";
import { LEASE_MS } from "./reversal.js";

/** A refund whose sale this call has leased. */
export interface LeasedRefund {
  readonly refund: RefundRow;
  /** A result about the payment's transaction, which stores the lease. */
  readonly result: GatewayResultRow;
  readonly lease: string;
}

/**
 * Leases a payment for its oldest pending refund, unless another call holds the lease (`busy`) or no refund
 * is pending (`none`).
 *
 * Reads first, and writes only if there is something to lease: many calls may wait for one payment.
 */
export async function leaseOldestRefund(
  checkout: CheckoutContext,
  paymentIntentId: string,
): Promise<LeasedRefund | "busy" | "none"> {
  const { manager } = checkout.db;
  if ((await findOldestPendingRefund(manager, paymentIntentId)) === undefined) return "none";
  const intent = await findPaymentIntent(manager, paymentIntentId);
  const [result] = await findGatewayResults(manager, [intent?.gatewayResultId ?? ""]);
  if (result === undefined) throw new Error(`Payment ${paymentIntentId} was never received.`);
  const now = await checkout.clock.read();
  if ((result.leasedUntil ?? 0) > now) return "busy";
  const lease = newId("claim", now);
  return await inTransaction(checkout.db, "READ COMMITTED", async (tx) => {
    if (!(await leaseSale(tx, result, { lease, now, until: now + LEASE_MS }))) return "busy";
    const refund = await findOldestPendingRefund(tx, paymentIntentId);
    if (refund !== undefined) return { refund, result, lease };
    await releaseSale(tx, result, lease);
    return "none";
  });
}
