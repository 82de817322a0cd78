import { isDatabaseAway } from "../../db/engine/database-errors.js";
import { changePendingRefund } from "../../db/tables/refunds.js";
import { findHeldReversal } from "../../db/tables/reversal-results.js";
import { holdsClaim } from "../../db/tables/sale-leases.js";
import { inTransaction } from "../../db/transaction.js";
import type { RefundRound } from "../../domain/refund.js";
import type { Told } from "../../domain/reversal-step.js";
import type { Checkout } from "../context.js";
import { type ClaimedRefund, claimOldestRefund } from "./lease-refund.js";
import { giveMoneyBack, type MoneyBackEnd } from "./reverse-sale.js";
import { type MoneyBack, openSale, release } from "./reversal.js";
import { recordRefundResult } from "./record-refund-result.js";
import { recordRound } from "./record-refund-attempt.js";
import { clockOf } from "../test-clock.js";

/** What working on a payment's refunds came to. `busy`: somebody else has the payment. `none`: no refund of it is pending. */
export type Worked = "ended" | "waits" | "busy" | "none";

/**
 * Works on the oldest pending refund of a payment, whoever asked for it. One at a time, each until its end is known: what a
 * capture leaves over depends on all that went before. So the refund of a process that died is asked about by whoever comes
 * next, before anything else of the payment is sent.
 */
export async function workOnRefunds(checkout: Checkout, paymentIntentId: string): Promise<Worked> {
  const claimed = await claimOldestRefund(checkout, paymentIntentId);
  if (typeof claimed === "string") return claimed;
  try {
    await checkout.reached("refund claimed");
    const round = await workOn(checkout, claimed);
    await checkout.reached("refund answered");
    return await recordRound(checkout, claimed, round);
  } catch (error) {
    await release(checkout, claimed.result, claimed.claim);
    if (error instanceof ClaimLost) return "busy";
    throw error;
  }
}

/** Whatever goes wrong with one refund lets it wait for its next round: it must not keep the others from theirs. */
async function workOn(checkout: Checkout, claimed: ClaimedRefund): Promise<RefundRound> {
  const { id } = claimed.refund;
  try {
    const back = await moneyBackOf(checkout, claimed);
    if (back !== undefined) return roundOf(await giveMoneyBack(checkout, back));
    checkout.log.error({ refund: id }, "the gateway gave no reference by which a payment can be refunded");
    return "nothing left";
  } catch (error) {
    if (error instanceof ClaimLost || isDatabaseAway(error)) throw error;
    checkout.log.error({ err: error, refund: id }, "a refund could not be worked on");
    return "unknown";
  }
}

/** What is no sale has never received a payment: somebody has to look at what the gateway says. */
function roundOf({ kind }: MoneyBackEnd): RefundRound {
  return kind === "not a sale" ? "unknown" : kind;
}

/** Undefined where the gateway cannot be asked about the payment, and never will be. */
async function moneyBackOf(checkout: Checkout, claimed: ClaimedRefund): Promise<MoneyBack | undefined> {
  const { refund, result } = claimed;
  const sale = await openSale(checkout, result);
  if (sale === undefined) return undefined;
  const { id, amount, told: request, keptBefore: kept, refundedBefore: refunded } = refund;
  return {
    work: "refund",
    id,
    sale,
    wanted: amount,
    currency: refund.currency,
    told: request === null ? null : { request, kept, refunded },
    mayTellAgain: false,
    note: (told) => note(checkout, claimed, told),
    hear: async (message) => (await recordRefundResult(checkout, refund, message)).judgement,
  };
}

async function note(
  checkout: Checkout,
  { refund, result, claim }: ClaimedRefund,
  told: Told | null,
): Promise<void> {
  const toldAt = told === null ? null : await (await clockOf(checkout, refund)).read();
  const change = {
    told: told?.request ?? null,
    toldAt,
    keptBefore: told?.kept ?? null,
    refundedBefore: told?.refunded ?? null,
  };
  const mine = await inTransaction(checkout.db, "READ COMMITTED", async (tx) => {
    // Nothing is sent while a person has to see whether it was made before.
    if (told !== null && (await findHeldReversal(tx, refund.id)) !== undefined) throw new ResultHeld();
    return (await holdsClaim(tx, result, claim)) && (await changePendingRefund(tx, refund.id, change));
  });
  if (!mine) throw new ClaimLost();
}

/** A message about the refund waits for a person. */
class ResultHeld extends Error {
  override readonly message = "a result about the refund is held";
}

/** The claim has run out, and somebody else may have it. */
class ClaimLost extends Error {}
