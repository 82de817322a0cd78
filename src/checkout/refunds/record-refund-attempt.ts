import { type EventType, insertEvents } from "../../db/tables/events.js";
import { addRefunded, lockPaymentIntent } from "../../db/tables/payment-intents.js";
import { postponeRefunds } from "../../db/tables/pending-refunds.js";
import { changePendingRefund, type RefundRow } from "../../db/tables/refunds.js";
import { findHeldReversal } from "../../db/tables/reversal-results.js";
import { holdsLease, releaseSale } from "../../db/tables/sale-leases.js";
import { inTransaction, type Tx } from "../../db/transaction.js";
import {
  endOf,
  nextAttemptAt,
  type RefundEnd,
  type RefundFailure,
  type RefundAttemptResult,
} from "../../domain/refund.js";
import type { Clock } from "../../lib/clock.js";
import { newId } from "../../lib/ids.js";
import type { CheckoutContext } from "../context.js";
import type { LeasedRefund } from "./lease-refund.js";
import { clockOf } from "../test-clock.js";

/** Records the outcome of one attempt at a refund, and releases the lease. */
export async function recordRefundAttempt(
  checkout: CheckoutContext,
  leased: LeasedRefund,
  result: RefundAttemptResult,
): Promise<"ended" | "waits"> {
  const { refund } = leased;
  const clock = await clockOf(checkout, refund);
  const now = await clock.read();
  const reached = endOf(result, refund.requestedAt, now);
  const isTooSoon = reached === "lost" && clock.evenMs() < EVEN_MS;
  const end = isTooSoon || (await isHeldBack(checkout, refund, result)) ? undefined : reached;
  if (end === undefined) await recordWait(checkout, leased, nextAttemptAt(result, refund.attempts, now));
  else await recordEnd(checkout, leased, end);
  const line = { refund: refund.id, payment: refund.paymentIntentId, round: result, end };
  checkout.log[end === "succeeded" ? "info" : "warn"](line, "refund worked on");
  return end === undefined ? "waits" : "ended";
}

/** A gateway message about the refund may mean that money has moved: a person decides first. */
async function isHeldBack(
  checkout: CheckoutContext,
  { id }: RefundRow,
  result: RefundAttemptResult,
): Promise<boolean> {
  return result !== "returned" && (await findHeldReversal(checkout.db.manager, id)) !== undefined;
}

/**
 * A clock that has just jumped makes everything look old: refunds under way are given up only once it has run
 * evenly for this long.
 */
const EVEN_MS = 120_000;

/**
 * Ends a refund, and releases the lease. A success is recorded whichever call holds the lease now; a failure
 * only while this call does.
 */
export async function recordEnd(
  checkout: CheckoutContext,
  { refund, result, lease }: LeasedRefund,
  end: RefundEnd,
): Promise<void> {
  const clock = await clockOf(checkout, refund);
  const ended = await inTransaction(checkout.db, "READ COMMITTED", async (tx) => {
    const mine = await holdsLease(tx, result, lease);
    if (mine) await releaseSale(tx, result, lease);
    if (end === "succeeded") return await succeed(tx, refund, clock.now());
    return mine && (await fail(tx, refund, end, clock));
  });
  if (ended) checkout.metrics.refunds.inc({ end });
}

async function recordWait(
  checkout: CheckoutContext,
  { refund, result, lease }: LeasedRefund,
  until: number,
): Promise<void> {
  await inTransaction(checkout.db, "READ COMMITTED", async (tx) => {
    if (!(await holdsLease(tx, result, lease))) return;
    await releaseSale(tx, result, lease);
    await changePendingRefund(tx, refund.id, { attempts: refund.attempts + 1 });
    await postponeRefunds(tx, refund.paymentIntentId, until);
  });
}

/**
 * False if the refund is no longer pending: another call has ended it, or an earlier run whose COMMIT was not
 * confirmed.
 */
export async function succeed(tx: Tx, refund: RefundRow, now: number): Promise<boolean> {
  if (!(await changePendingRefund(tx, refund.id, { status: "succeeded", nextAttemptAt: null }))) return false;
  await tell(tx, refund, now, [
    ["charge.refunded", refund.paymentIntentId],
    ["refund.updated", refund.id],
  ]);
  return true;
}

/** Frees the reserved amount for other refunds. The payment is locked first, as by a new refund. */
async function fail(tx: Tx, refund: RefundRow, failure: RefundFailure, clock: Clock): Promise<boolean> {
  await lockPaymentIntent(tx, refund.paymentIntentId);
  if ((await findHeldReversal(tx, refund.id)) !== undefined) return false; // It arrived just now.
  const change = { status: "failed", failure, nextAttemptAt: null } as const;
  if (!(await changePendingRefund(tx, refund.id, change))) return false;
  await addRefunded(tx, refund.paymentIntentId, -refund.amount);
  await tell(tx, refund, clock.now(), [["refund.failed", refund.id]]);
  return true;
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
