import { isDatabaseAway } from "../../db/engine/database-errors.js";
import { changePendingRefund } from "../../db/tables/refunds.js";
import { findHeldReversal, holdsLease } from "../../db/tables/reversals.js";
import { inTransaction } from "../../db/transaction.js";
import type { RefundAttemptResult } from "../../domain/refund.js";
import type { RequestedReversal } from "../../domain/reversal-step.js";
import type { CheckoutContext } from "../context.js";
import {
  type LeasedRefund,
  leaseOldestRefund,
  recordRefundResult,
  recordRefundAttempt,
} from "./refund-lease.js";
import { reverseSale, type ReversalEnd } from "./reverse-sale.js";
import { openSale } from "./query-sale.js";
import { type Reversal, release } from "./reversal.js";
import { clockOf } from "../test-clock.js";
import type { Processed } from "../work-patiently.js";

/**
 * Processes the oldest pending refund of a payment, whichever call created it. One at a time, each until its outcome is
 * known: what a capture retains depends on all refunds before it. So the next call queries a refund that a dead process
 * left behind, before it sends anything else about the payment. `none`: no refund is pending.
 */
export async function processRefunds(checkout: CheckoutContext, paymentIntentId: string): Promise<Processed> {
  const leased = await leaseOldestRefund(checkout, paymentIntentId);
  if (typeof leased === "string") return leased;
  try {
    await checkout.checkpoint("refund leased");
    const attempt = await workOn(checkout, leased);
    await checkout.checkpoint("refund answered");
    return await recordRefundAttempt(checkout, leased, attempt);
  } catch (error) {
    await release(checkout, leased.result, leased.lease);
    if (error instanceof LeaseLost) return "busy";
    throw error;
  }
}

/** Any error of one refund postpones it to its next attempt: it must not delay others. */
async function workOn(checkout: CheckoutContext, leased: LeasedRefund): Promise<RefundAttemptResult> {
  const { id } = leased.refund;
  try {
    const back = await reversalOf(checkout, leased);
    if (back !== undefined) return attemptResultOf(await reverseSale(checkout, back));
    checkout.log.error({ refund: id }, "the gateway gave no reference by which a payment can be refunded");
    return "nothing left";
  } catch (error) {
    if (error instanceof LeaseLost || isDatabaseAway(error)) throw error;
    checkout.log.error({ err: error, refund: id }, "a refund could not be processed");
    return "unknown";
  }
}

/**
 * A transaction that is no sale has never received a payment: a person has to look at the gateway's message.
 */
function attemptResultOf({ kind }: ReversalEnd): RefundAttemptResult {
  return kind === "not a sale" ? "unknown" : kind;
}

/** Undefined if the gateway can never be asked about the payment. */
async function reversalOf(checkout: CheckoutContext, leased: LeasedRefund): Promise<Reversal | undefined> {
  const { refund, result } = leased;
  const sale = await openSale(checkout, result);
  if (sale === undefined) return undefined;
  const { id, amount, gatewayAction: request, retainedBefore: kept, refundedBefore: refunded } = refund;
  return {
    work: "refund",
    id,
    sale,
    wanted: amount,
    currency: refund.currency,
    requested: request === null ? null : { request, kept, refunded },
    mayTellAgain: false,
    hearMore: undefined,
    note: (requested) => note(checkout, leased, requested),
    hear: async (message) => (await recordRefundResult(checkout, refund, message)).classification,
  };
}

async function note(
  checkout: CheckoutContext,
  { refund, result, lease }: LeasedRefund,
  requested: RequestedReversal | null,
): Promise<void> {
  const requestedAt = requested === null ? null : await (await clockOf(checkout, refund)).read();
  const change = {
    gatewayAction: requested?.request ?? null,
    requestedAt,
    retainedBefore: requested?.kept ?? null,
    refundedBefore: requested?.refunded ?? null,
  };
  const mine = await inTransaction(checkout.db, "READ COMMITTED", async (tx) => {
    // Nothing is sent while a person has to decide whether the refund was made before.
    if (requested !== null && (await findHeldReversal(tx, refund.id)) !== undefined) throw new ResultHeld();
    return (await holdsLease(tx, result, lease)) && (await changePendingRefund(tx, refund.id, change));
  });
  if (!mine) throw new LeaseLost();
}

/** A message about the refund waits for a person. */
class ResultHeld extends Error {
  override readonly message = "a result about the refund is held";
}

/** The lease has expired, and another call may hold one now. */
class LeaseLost extends Error {}
