import { type EventType, insertEvents } from "../db/events.js";
import { addRefunded, lockPaymentIntent } from "../db/payment-intents.js";
import { postponeRefunds } from "../db/pending-refunds.js";
import { changePendingRefund, type RefundRow } from "../db/refunds.js";
import { holdsClaim, releaseTransaction } from "../db/transaction-claims.js";
import { inTransaction, type Tx } from "../db/transaction.js";
import { endOf, nextRoundAt, type RefundFailure, type RefundRound } from "../domain/refund.js";
import { newId } from "../lib/ids.js";
import type { Checkout } from "./checkout.js";
import type { ClaimedRefund } from "./claim-refund.js";
import { clockOf } from "./test-clock.js";

/**
 * Writes down what a round of work on a refund came to, and gives the payment back. Money that is back is written down
 * whoever has the claim now; anything else only while it is ours.
 */
export async function recordRound(
  checkout: Checkout,
  { refund, result, claim }: ClaimedRefund,
  round: RefundRound,
): Promise<"ended" | "waits"> {
  const now = (await clockOf(checkout, refund)).now();
  const end = endOf(round, refund.toldAt, now);
  await inTransaction(checkout.db, "READ COMMITTED", async (tx) => {
    const mine = await holdsClaim(tx, result, claim);
    if (end === "succeeded") await succeed(tx, refund, now);
    else if (mine && end !== undefined) await fail(tx, refund, end, now);
    else if (mine) await wait(tx, refund, nextRoundAt(round, refund.rounds, now));
    await releaseTransaction(tx, result, claim);
  });
  const line = { refund: refund.id, payment: refund.paymentIntentId, round, end };
  checkout.log[end === "succeeded" ? "info" : "warn"](line, "refund worked on");
  return end === undefined ? "waits" : "ended";
}

/** What is no longer pending has ended before: by somebody faster, or by us where the answer to COMMIT was lost. */
async function succeed(tx: Tx, refund: RefundRow, now: number): Promise<void> {
  if (!(await changePendingRefund(tx, refund.id, { status: "succeeded", nextRoundAt: null }))) return;
  await tell(tx, refund, now, [
    ["charge.refunded", refund.paymentIntentId],
    ["refund.updated", refund.id],
  ]);
}

/** What was reserved of the payment may be refunded anew. The payment is locked first, as by a new refund. */
async function fail(tx: Tx, refund: RefundRow, failure: RefundFailure, now: number): Promise<void> {
  await lockPaymentIntent(tx, refund.paymentIntentId);
  const change = { status: "failed", failure, nextRoundAt: null } as const;
  if (!(await changePendingRefund(tx, refund.id, change))) return;
  await addRefunded(tx, refund.paymentIntentId, -refund.amount);
  await tell(tx, refund, now, [["refund.failed", refund.id]]);
}

async function wait(tx: Tx, { id, paymentIntentId, rounds }: RefundRow, until: number): Promise<void> {
  await changePendingRefund(tx, id, { rounds: rounds + 1 });
  await postponeRefunds(tx, paymentIntentId, until);
}

async function tell(
  tx: Tx,
  { merchantId, livemode }: RefundRow,
  now: number,
  news: readonly (readonly [EventType, string])[],
): Promise<void> {
  const shared = { merchantId, livemode, createdAt: now };
  insertEvents(
    tx,
    news.map(([type, objectId]) => ({ ...shared, id: newId("evt", now), type, objectId })),
  );
}
