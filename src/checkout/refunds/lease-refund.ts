import { findGatewayResults, type GatewayResultRow } from "../../db/tables/gateway-results.js";
import { findPaymentIntent } from "../../db/tables/payment-intents.js";
import { findOldestPendingRefund } from "../../db/tables/pending-refunds.js";
import type { RefundRow } from "../../db/tables/refunds.js";
import { claimTransaction, releaseTransaction } from "../../db/tables/sale-leases.js";
import { inTransaction } from "../../db/transaction.js";
import { newId } from "../../lib/ids.js";
import type { Checkout } from "../context.js";
import { CLAIM_MS } from "./reversal.js";

/** A refund whose payment this call has claimed. */
export interface ClaimedRefund {
  readonly refund: RefundRow;
  /** The result that tells of the payment's transaction: the claim stands there. */
  readonly result: GatewayResultRow;
  readonly claim: string;
}

/**
 * Takes a payment for its oldest pending refund, unless somebody has it (`busy`) or no refund is pending (`none`).
 *
 * Looks first, and writes only where there is something to take: many may be waiting for the same payment.
 */
export async function claimOldestRefund(
  checkout: Checkout,
  paymentIntentId: string,
): Promise<ClaimedRefund | "busy" | "none"> {
  const { manager } = checkout.db;
  if ((await findOldestPendingRefund(manager, paymentIntentId)) === undefined) return "none";
  const intent = await findPaymentIntent(manager, paymentIntentId);
  const [result] = await findGatewayResults(manager, [intent?.gatewayResultId ?? ""]);
  if (result === undefined) throw new Error(`Payment ${paymentIntentId} was never received.`);
  const now = await checkout.clock.read();
  if ((result.returnClaimUntil ?? 0) > now) return "busy";
  const claim = newId("claim", now);
  return await inTransaction(checkout.db, "READ COMMITTED", async (tx) => {
    if (!(await claimTransaction(tx, result, { claim, now, until: now + CLAIM_MS }))) return "busy";
    const refund = await findOldestPendingRefund(tx, paymentIntentId);
    if (refund !== undefined) return { refund, result, claim };
    await releaseTransaction(tx, result, claim);
    return "none";
  });
}
