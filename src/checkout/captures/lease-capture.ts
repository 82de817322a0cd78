import { findGatewayResults, type GatewayResultRow } from "../../db/tables/gateway-results.js";
import { findPaymentIntent, type PaymentIntentRow } from "../../db/tables/payment-intents.js";
import { findPendingCapture, type PendingCaptureRow } from "../../db/tables/pending-captures.js";
import { leaseSale, releaseSale } from "../../db/tables/reversals.js";
import { inTransaction } from "../../db/transaction.js";
import type { CaptureRequest } from "../../domain/captures/capture-outcome.js";
import { newId } from "../../lib/ids.js";
import type { CheckoutContext } from "../context.js";
import { LEASE_MS } from "../refunds/reversal.js";

/** An authorized payment with a request, whose sale this call has leased. */
export interface LeasedCapture {
  readonly intent: PaymentIntentRow;
  readonly pending: PendingRequest;
  /** The result that authorized it, which stores the lease. */
  readonly result: GatewayResultRow;
  readonly lease: string;
}

/** What is requested of the gateway about an authorization. */
export type PendingRequest = PendingCaptureRow & {
  readonly request: CaptureRequest;
  readonly requestId: string;
};

/**
 * Leases an authorized payment's sale for what is requested about it, unless another call holds the lease (`busy`) or
 * nothing is requested (`none`). Refunds and returns of the sale lease it in the same way.
 */
export async function leaseCapture(
  checkout: CheckoutContext,
  paymentIntentId: string,
): Promise<LeasedCapture | "busy" | "none"> {
  const { manager } = checkout.db;
  const intent = await findPaymentIntent(manager, paymentIntentId);
  const [result] = await findGatewayResults(manager, [intent?.gatewayResultId ?? ""]);
  if (intent === undefined || result === undefined)
    throw new Error(`Payment ${paymentIntentId} was never authorized.`);
  const now = await checkout.clock.read();
  if ((result.leasedUntil ?? 0) > now) return "busy";
  const lease = newId("lease", now);
  return await inTransaction(checkout.db, "READ COMMITTED", async (tx) => {
    if (!(await leaseSale(tx, result, { lease, now, until: now + LEASE_MS }))) return "busy";
    const pending = await findPendingCapture(tx, paymentIntentId);
    if (pending !== undefined && isRequest(pending)) return { intent, pending, result, lease };
    await releaseSale(tx, result, lease);
    return "none";
  });
}

function isRequest(pending: PendingCaptureRow): pending is PendingRequest {
  return pending.request !== null && pending.requestId !== null;
}
