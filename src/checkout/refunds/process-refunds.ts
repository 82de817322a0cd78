import { isDatabaseAway } from "../../db/engine/database-errors.js";
import { changePendingRefund } from "../../db/tables/refunds.js";
import { findHeldReversal } from "../../db/tables/reversal-results.js";
import { holdsLease } from "../../db/tables/sale-leases.js";
import { inTransaction } from "../../db/transaction.js";
import type { RefundAttemptResult } from "../../domain/refund.js";
import type { RequestedReversal } from "../../domain/reversal-step.js";
import type { CheckoutContext } from "../context.js";
import { type LeasedRefund, leaseOldestRefund } from "./lease-refund.js";
import { reverseSale, type ReversalEnd } from "./reverse-sale.js";
import { type Reversal, openSale, release } from "./reversal.js";
import { recordRefundResult } from "./record-refund-result.js";
import { recordRefundAttempt } from "./record-refund-attempt.js";
import { clockOf } from "../test-clock.js";

/**
 * What working on a payment's refunds came to. `busy`: somebody else has the payment. `none`: no refund of it
 * is pending.
 */
export type ProcessedRefunds = "ended" | "waits" | "busy" | "none";

/**
 * Works on the oldest pending refund of a payment, whoever asked for it. One at a time, each until its end is
 * known: what a capture leaves over depends on all that went before. So the refund of a process that died is
 * asked about by whoever comes next, before anything else of the payment is sent.
 */
export async function processRefunds(
  checkout: CheckoutContext,
  paymentIntentId: string,
): Promise<ProcessedRefunds> {
  const leased = await leaseOldestRefund(checkout, paymentIntentId);
  if (typeof leased === "string") return leased;
  try {
    await checkout.reached("refund claimed");
    const round = await workOn(checkout, leased);
    await checkout.reached("refund answered");
    return await recordRefundAttempt(checkout, leased, round);
  } catch (error) {
    await release(checkout, leased.result, leased.lease);
    if (error instanceof LeaseLost) return "busy";
    throw error;
  }
}

/** Whatever goes wrong with one refund lets it wait for its next round: it must not keep the others from theirs. */
async function workOn(checkout: CheckoutContext, leased: LeasedRefund): Promise<RefundAttemptResult> {
  const { id } = leased.refund;
  try {
    const back = await reversalOf(checkout, leased);
    if (back !== undefined) return attemptResultOf(await reverseSale(checkout, back));
    checkout.log.error({ refund: id }, "the gateway gave no reference by which a payment can be refunded");
    return "nothing left";
  } catch (error) {
    if (error instanceof LeaseLost || isDatabaseAway(error)) throw error;
    checkout.log.error({ err: error, refund: id }, "a refund could not be worked on");
    return "unknown";
  }
}

/** What is no sale has never received a payment: somebody has to look at what the gateway says. */
function attemptResultOf({ kind }: ReversalEnd): RefundAttemptResult {
  return kind === "not a sale" ? "unknown" : kind;
}

/** Undefined where the gateway cannot be asked about the payment, and never will be. */
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
    // Nothing is sent while a person has to see whether it was made before.
    if (requested !== null && (await findHeldReversal(tx, refund.id)) !== undefined) throw new ResultHeld();
    return (await holdsLease(tx, result, lease)) && (await changePendingRefund(tx, refund.id, change));
  });
  if (!mine) throw new LeaseLost();
}

/** A message about the refund waits for a person. */
class ResultHeld extends Error {
  override readonly message = "a result about the refund is held";
}

/** The claim has run out, and somebody else may have it. */
class LeaseLost extends Error {}
