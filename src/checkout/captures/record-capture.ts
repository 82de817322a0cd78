import { lockCheckoutSession } from "../../db/tables/checkout-sessions.js";
import {
  changePaymentIntent,
  lockPaymentIntent,
  type PaymentIntentRow,
} from "../../db/tables/payment-intents.js";
import {
  changePendingCapture,
  deletePendingCapture,
  lockPendingCapture,
} from "../../db/tables/pending-captures.js";
import { holdsLease, releaseSale } from "../../db/tables/reversals.js";
import { recordSessionCapture } from "../../db/tables/session-money.js";
import { inTransaction, type Tx } from "../../db/transaction.js";
import { isLost, nextStepAt } from "../../domain/captures/authorization.js";
import type { CaptureOutcome } from "../../domain/captures/capture-outcome.js";
import { AUTHORIZED } from "../../domain/payment-intent.js";
import { nextAttemptAt } from "../../domain/refund.js";
import { SETTLEMENT } from "../../domain/settlement/settlement.js";
import { type Clock, oneTime } from "../../lib/clock.js";
import type { CheckoutContext } from "../context.js";
import { recordEvents } from "../events/record-events.js";
import { followSettlement } from "../payments/record-settlement.js";
import { clockOf } from "../test-clock.js";
import type { LeasedCapture, PendingRequest } from "./lease-capture.js";

/**
 * Records what the gateway says of a request about an authorized payment, with all that follows from it, and ends the
 * lease. What was captured or released is recorded whichever call holds the lease now; that nothing was done, only
 * while this call does.
 */
export async function recordCapture(
  checkout: CheckoutContext,
  leased: LeasedCapture,
  outcome: CaptureOutcome,
): Promise<"ended" | "waits"> {
  const { intent, result, lease } = leased;
  const clock = await clockOf(checkout, intent);
  const now = await clock.read();
  const isTooSoon = clock.evenMs() < EVEN_MS;
  const end = await inTransaction(checkout.db, "READ COMMITTED", async (tx) => {
    // The session before its payment, as wherever both are locked.
    if (intent.sessionId !== null) await lockCheckoutSession(tx, intent.sessionId);
    const locked = await lockPaymentIntent(tx, intent.id);
    const mine = await holdsLease(tx, result, lease);
    if (mine) await releaseSale(tx, result, lease);
    const pending = await lockPendingCapture(tx, intent.id);
    // Another call has ended it, or an earlier run whose COMMIT was not confirmed.
    if (pending?.requestId !== leased.pending.requestId || pending.request === null) return "ended";
    const request = {
      ...leased.pending,
      ...pending,
      request: pending.request,
      requestId: leased.pending.requestId,
    };
    return await conclude(checkout, oneTime(clock), tx, locked, { request, outcome, mine, now, isTooSoon });
  });
  logOutcome(checkout, leased, outcome, end);
  return end === "waits" ? "waits" : "ended";
}

/**
 * A clock that has just jumped makes everything look old: requests under way are given up only once it has run evenly
 * for this long.
 */
const EVEN_MS = 120_000;

interface Heard {
  readonly request: PendingRequest;
  readonly outcome: CaptureOutcome;
  readonly mine: boolean;
  readonly now: number;
  readonly isTooSoon: boolean;
}

async function conclude(
  checkout: CheckoutContext,
  clock: Clock,
  tx: Tx,
  intent: PaymentIntentRow,
  { request, outcome, mine, now, isTooSoon }: Heard,
): Promise<"taken" | "released" | "stands" | "waits"> {
  switch (outcome.kind) {
    case "taken":
      await succeed(checkout, clock, tx, intent, outcome.amount);
      return "taken";
    case "released":
      await cancel(checkout, clock, tx, intent, request);
      return "released";
    case "refused":
      if (!mine || isLapse(request)) break;
      await stand(checkout, clock, tx, intent, request, outcome.result);
      return "stands";
    case "standing":
      if (!mine || isTooSoon || !isLost(request.requestedAt, now)) break;
      // A cancellation does no harm twice; a capture is the merchant's to ask for again.
      if (request.request === "cancel") break;
      await stand(checkout, clock, tx, intent, request, undefined);
      return "stands";
    case "unknown":
  }
  if (mine) await wait(tx, request, outcome, now);
  return "waits";
}

/** An authorization that has lapsed stands no more, whatever the gateway says. */
function isLapse({ reason }: PendingRequest): boolean {
  return reason === "expired";
}

async function succeed(
  checkout: CheckoutContext,
  clock: Clock,
  tx: Tx,
  intent: PaymentIntentRow,
  amountReceived: number,
): Promise<void> {
  const change = { status: "succeeded", amountReceived, settlement: SETTLEMENT.PENDING } as const;
  await changePaymentIntent(tx, intent.id, change);
  followSettlement(tx, intent, clock.now());
  await deletePendingCapture(tx, intent.id);
  const { sessionId, currency } = intent;
  if (sessionId !== null) await recordSessionCapture(tx, sessionId, { amount: amountReceived, currency });
  await checkout.checkpoint("payment recorded");
  recordEvents(checkout, tx, clock.now(), ["payment_intent.succeeded", { ...intent, ...change }]);
}

async function cancel(
  checkout: CheckoutContext,
  clock: Clock,
  tx: Tx,
  intent: PaymentIntentRow,
  { request, reason }: PendingRequest,
): Promise<void> {
  const now = clock.now();
  // Where a capture was asked for, nobody gave the payment up: the gateway has let it lapse.
  const cancellationReason = request === "capture" ? "expired" : reason;
  const change = { status: "canceled", canceledAt: now, cancellationReason } as const;
  await changePaymentIntent(tx, intent.id, change);
  await deletePendingCapture(tx, intent.id);
  recordEvents(checkout, tx, now, ["payment_intent.canceled", { ...intent, ...change }]);
}

/** The request came to nothing, and the authorization stands: the merchant decides anew. */
async function stand(
  checkout: CheckoutContext,
  clock: Clock,
  tx: Tx,
  intent: PaymentIntentRow,
  request: PendingRequest,
  refusal: { readonly responseCode?: number | undefined; readonly responseMessage: string } | undefined,
): Promise<void> {
  const change = { status: "requires_capture" } as const;
  await changePaymentIntent(tx, intent.id, change);
  await changePendingCapture(tx, intent.id, {
    request: null,
    requestedAt: null,
    attempts: 0,
    nextStepAt: nextStepAt(request),
    refusal: {
      requestId: request.requestId,
      responseCode: refusal?.responseCode ?? null,
      responseMessage: refusal?.responseMessage ?? "",
    },
  });
  recordEvents(checkout, tx, clock.now(), [AUTHORIZED, { ...intent, ...change }]);
}

/** A cancellation that surely did not arrive is sent again. */
async function wait(tx: Tx, request: PendingRequest, outcome: CaptureOutcome, now: number): Promise<void> {
  const { paymentIntentId, attempts } = request;
  const isRefusedOrLost =
    outcome.kind === "refused" || (outcome.kind === "standing" && isLost(request.requestedAt, now));
  const again = request.request === "cancel" && isRefusedOrLost ? { requestedAt: null } : {};
  const next = nextAttemptAt("unknown", attempts, now);
  await changePendingCapture(tx, paymentIntentId, { attempts: attempts + 1, nextStepAt: next, ...again });
}

function logOutcome(
  { log }: CheckoutContext,
  { intent, pending }: LeasedCapture,
  outcome: CaptureOutcome,
  end: string,
): void {
  const why = outcome.kind === "unknown" ? outcome.why : undefined;
  const isAsAsked =
    outcome.kind === "taken" ? outcome.amount === pending.amount : outcome.kind === "released";
  const line = { payment: intent.id, request: pending.request, outcome: outcome.kind, why, end };
  log[isAsAsked ? "info" : "warn"](line, "an authorized payment was worked on");
}
