import { findGatewayResults, type GatewayResultRow } from "../../db/tables/gateway-results.js";
import { addRefunded, lockPaymentIntent, findPaymentIntent } from "../../db/tables/payment-intents.js";
import { askSettlementNow } from "../../db/tables/pending-settlements.js";
import {
  postponeRefunds,
  findOldestPendingRefund,
  changePendingRefund,
  type RefundRow,
  lockRefund,
} from "../../db/tables/refunds.js";
import {
  findHeldReversal,
  listTransactionsOfReversal,
  holdsLease,
  releaseSale,
  leaseSale,
} from "../../db/tables/reversals.js";
import { inTransaction, type Tx } from "../../db/transaction.js";
import type { Classification } from "../../domain/classification.js";
import {
  endOf,
  nextAttemptAt,
  type RefundEnd,
  type RefundFailure,
  type RefundAttemptResult,
} from "../../domain/refund.js";
import {
  classifyOnRecord,
  classifyReversal,
  type ExpectedReversal,
  isOfSale,
  type NamedSale,
} from "../../domain/reversal-classification.js";
import { type Clock, oneTime } from "../../lib/clock.js";
import { newId } from "../../lib/ids.js";
import type { CheckoutContext } from "../context.js";
import { recordEvents } from "../events/record-events.js";
import type { AppliedResult } from "../gateway-messages/gateway-message.js";
import { applied } from "../gateway-messages/store-gateway-result.js";
import {
  dismissSales,
  type ReversalMessage,
  storeReversalMessage,
} from "../gateway-messages/store-reversal-message.js";
import { clockOf } from "../test-clock.js";
import { namedSale } from "./query-sale.js";
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
  const result = await resultOf(checkout, paymentIntentId);
  const now = await checkout.clock.read();
  if ((result.leasedUntil ?? 0) > now) return "busy";
  const lease = newId("lease", now);
  return await inTransaction(checkout.db, "READ COMMITTED", async (tx) => {
    if (!(await leaseSale(tx, result, { lease, now, until: now + LEASE_MS }))) return "busy";
    const refund = await findOldestPendingRefund(tx, paymentIntentId);
    if (refund !== undefined) return { refund, result, lease };
    await releaseSale(tx, result, lease);
    return "none";
  });
}

/** The result by which a payment was received, with the amount that is recorded of it. */
async function resultOf({ db }: CheckoutContext, paymentIntentId: string): Promise<GatewayResultRow> {
  const intent = await findPaymentIntent(db.manager, paymentIntentId);
  const [result] = await findGatewayResults(db.manager, [intent?.gatewayResultId ?? ""]);
  if (intent === undefined || result === undefined)
    throw new Error(`Payment ${paymentIntentId} was never received.`);
  return { ...result, amountReceived: intent.amountReceived };
}

/** Records the outcome of one attempt at a refund, and releases the lease. */
export async function recordRefundAttempt(
  checkout: CheckoutContext,
  leased: LeasedRefund,
  result: RefundAttemptResult,
): Promise<"ended" | "waits"> {
  const { refund } = leased;
  const clock = await clockOf(checkout, refund);
  const now = await clock.read();
  const ending = endOf(result, refund.requestedAt, now);
  const isTooSoon = ending === "lost" && clock.evenMs() < EVEN_MS;
  const end = isTooSoon || (await isHeldBack(checkout, refund, result)) ? undefined : ending;
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
    if (end === "succeeded") return await succeed(checkout, tx, refund, clock.now());
    return mine && (await fail(checkout, tx, refund, end, clock));
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
async function succeed(checkout: CheckoutContext, tx: Tx, refund: RefundRow, now: number): Promise<boolean> {
  const change = { status: "succeeded", nextAttemptAt: null } as const;
  if (!(await changePendingRefund(tx, refund.id, change))) return false;
  const payment = await findPaymentIntent(tx, refund.paymentIntentId);
  if (payment === undefined) throw new Error(`Payment ${refund.paymentIntentId} is gone.`);
  const updated = { ...refund, ...change };
  recordEvents(checkout, tx, now, ["charge.refunded", payment], ["refund.updated", updated]);
  return true;
}

/** Frees the reserved amount for other refunds. The payment is locked first, as by a new refund. */
async function fail(
  checkout: CheckoutContext,
  tx: Tx,
  refund: RefundRow,
  failure: RefundFailure,
  clock: Clock,
): Promise<boolean> {
  await lockPaymentIntent(tx, refund.paymentIntentId);
  if ((await findHeldReversal(tx, refund.id)) !== undefined) return false; // It arrived just now.
  const change = { status: "failed", failure, nextAttemptAt: null } as const;
  if (!(await changePendingRefund(tx, refund.id, change))) return false;
  await addRefunded(tx, refund.paymentIntentId, -refund.amount);
  // The gateway may have rejected the payment.
  if (failure === "not_refundable") await askSettlementNow(tx, refund.paymentIntentId, clock.now());
  recordEvents(checkout, tx, clock.now(), ["refund.failed", { ...refund, ...change }]);
  return true;
}

/**
 * Records one verified message about a refund, from any source, and its consequences. All messages come
 * through here: the response to the request, a callback, a browser's post, the response to a QUERY. A success
 * is recorded whichever call processes the refund; a message that does not fit is held for a person, and
 * leaves the refund in doubt.
 */
export async function recordRefundResult(
  checkout: CheckoutContext,
  refund: RefundRow,
  message: ReversalMessage,
): Promise<AppliedResult> {
  const sale = namedSale(checkout, await resultOf(checkout, refund.paymentIntentId));
  const clock = await clockOf(checkout, refund);
  const { classification, isNew, hasEnded } = await inTransaction(
    checkout.db,
    "READ COMMITTED",
    async (tx) => {
      await lockPaymentIntent(tx, refund.paymentIntentId);
      const locked = await lockRefund(tx, refund.id);
      const time = oneTime(clock);
      const expected = expectedOf(locked, sale);
      const classification = await classify(tx, message, locked, expected);
      const { merchantId, livemode, paymentIntentId } = locked;
      const scope = { merchantId, livemode };
      const isNew = await storeReversalMessage(checkout, time, tx, message, classification, {
        scope,
        paymentIntentId,
        expected,
      });
      const hasEnded =
        classification.outcome === "refunded" && (await succeed(checkout, tx, locked, time.now()));
      if (hasEnded) await dismissSales(checkout, tx, refund.id, { resolvedAt: time.now(), note: IS_KNOWN });
      return { classification, isNew, hasEnded };
    },
  );
  if (hasEnded) checkout.metrics.refunds.inc({ end: "succeeded" });
  return applied(classification, !isNew);
}

const IS_KNOWN = "A later message shows that the refund was made.";

async function classify(
  tx: Tx,
  { result, kind }: ReversalMessage,
  { id, status, gatewayAction }: RefundRow,
  expected: ExpectedReversal,
): Promise<Classification> {
  const classification = classifyReversal(result, kind, expected);
  if (isOfSale(result, expected.sale)) return classification;
  return classifyOnRecord(classification, result, {
    status,
    requested: gatewayAction,
    madeBy: await listTransactionsOfReversal(tx, id),
  });
}

function expectedOf(refund: RefundRow, sale: NamedSale): ExpectedReversal {
  const { id, amount, currency, gatewayAction: request, retainedBefore: kept } = refund;
  const requested = request === null ? null : { request, kept, refunded: refund.refundedBefore };
  return { id, amount, currency, requested, sale };
}
