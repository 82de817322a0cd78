import { type CheckoutSessionRow, markComplete } from "../../db/tables/checkout-sessions.js";
import { queueCustomer } from "../../db/tables/customers.js";
import type { GatewayResultRow } from "../../db/tables/gateway-results.js";
import { type PaymentIntentRow, queuePaymentIntent } from "../../db/tables/payment-intents.js";
import { queuePaymentMethod } from "../../db/tables/payment-methods.js";
import { queueUncaptured } from "../../db/tables/session-money.js";
import type { Tx } from "../../db/transaction.js";
import { captureBefore } from "../../domain/captures/authorization.js";
import { NO_DETAILS, customerFrom } from "../../domain/customer.js";
import type { GatewayResult } from "../../domain/gateway-result.js";
import type { Received } from "../../domain/held-payment.js";
import { AUTHORIZED, isOnlyAuthorized } from "../../domain/payment-intent.js";
import { chargeOf } from "../../domain/saved-cards/card-choice.js";
import { mayMove, statusAt } from "../../domain/session.js";
import { SETTLEMENT } from "../../domain/settlement/settlement.js";
import { setupIntentOf } from "../../domain/setup-intent.js";
import type { Clock } from "../../lib/clock.js";
import { newId } from "../../lib/ids.js";
import type { CheckoutContext } from "../context.js";
import { attemptOf, cardRow, updateCard } from "./card-row.js";
import { noteAuthorization } from "./note-authorization.js";
import { type EventToRecord, recordEvents } from "../events/record-events.js";
import { followSettlement } from "../payments/record-settlement.js";

/** The payment that completes a session. */
export interface Payment {
  readonly result: GatewayResult;
  readonly received: Received;
  /** Its stored result. */
  readonly stored: Pick<GatewayResultRow, "id" | "xrefSealed" | "state">;
}

/**
 * Completes a locked session with the result that pays it: stores a succeeded payment intent, the card as a payment
 * method of the session's customer unless a saved one was charged, the events, the session itself and, if the session
 * creates one, the customer. In mode `setup` the result only verifies the card, and there is no payment intent. Where
 * the payment is only authorized, its intent requires a capture, and nothing counts as received.
 *
 * An existing customer is neither read nor locked: it may be deleted, and a payment must not fail for that.
 */
export async function completeSession(
  checkout: CheckoutContext,
  clock: Clock,
  tx: Tx,
  session: CheckoutSessionRow,
  { result, received, stored }: Payment,
): Promise<void> {
  if (!mayMove(session.status, "complete")) throw new Error(`Session ${session.id} cannot be completed.`);
  const now = clock.now();
  const shared = { merchantId: session.merchantId, livemode: session.livemode, createdAt: now };
  const customerId = session.customerCreation === null ? session.customerId : newId("cus", now);
  const saved = chargeOf(session, attemptOf(result));
  const paymentMethodId = saved?.paymentMethodId ?? newId("pm", now);
  const news: EventToRecord[] = [];
  if (customerId !== null && session.customerId === null) {
    const details = { ...NO_DETAILS, ...shared, ...customerFrom(whoPaid(session, result)), id: customerId };
    const customer = { ...details, deletedAt: null };
    queueCustomer(tx, customer);
    news.push(["customer.created", customer]);
  }
  const kept = { id: paymentMethodId, customerId, createdAt: now };
  const method = cardRow(checkout, session, { result, stored }, kept);
  if (saved !== undefined) await updateCard(tx, paymentMethodId, stored, now);
  else queuePaymentMethod(tx, method);
  if (saved === undefined && customerId !== null) news.push(["payment_method.attached", method]);
  const id = session.lastDecline?.intent ?? { id: newId("pi", now), createdAt: now };
  const lapsesAt = captureBefore(now, false, checkout.authorizationDays);
  const names = { ...id, customerId, paymentMethodId };
  const intent = paymentIntentRow(session, received, stored, { ...names, lapsesAt });
  if (intent !== null) {
    queuePaymentIntent(tx, intent);
    if (!isUncaptured(intent)) followSettlement(tx, intent, now);
  }
  const late = statusAt(session, now) === "expired";
  // The sweep may not have stored the expiry yet: the merchant's events are the expiry first, then the
  // payment.
  const expiredNow = late && session.expiredAt === null;
  if (expiredNow) {
    news.unshift(["checkout.session.expired", { ...session, status: "expired", expiredAt: now }]);
  }
  const completion = {
    completedAt: now,
    completedLate: late,
    completedBy: result.transactionKey,
    expiredAt: expiredNow ? now : session.expiredAt,
    customerId,
    paymentIntentId: intent?.id ?? null,
    paymentMethodId,
    billingSealed: method.billingSealed,
    amountReceived: isUncaptured(intent) ? 0 : otherAmount(session, received),
  };
  const complete = { ...session, ...completion, ...pendingPart(intent), status: "complete" as const };
  news.push(...ofWhatCompletes(complete, intent), ["checkout.session.completed", complete]);
  recordEvents(checkout, tx, now, ...news);
  markComplete(tx, session.id, completion);
  if (intent !== null && isUncaptured(intent)) {
    queueUncaptured(tx, session.id);
    noteAuthorization(tx, intent);
  }
  await checkout.checkpoint("payment recorded");
}

/** What is recorded beside the total; null where that was received. Money in another currency counts as none. */
function otherAmount({ amountTotal, currency }: CheckoutSessionRow, received: Received): number | null {
  const amount = received.currency === currency ? received.amount : 0;
  return amount === amountTotal ? null : amount;
}

function isUncaptured(intent: PaymentIntentRow | null): boolean {
  return intent?.status === "requires_capture";
}

function pendingPart(intent: PaymentIntentRow | null): { readonly pendingPayment?: "uncaptured" } {
  return isUncaptured(intent) ? { pendingPayment: "uncaptured" } : {};
}

/** The events of the payment, or of the card that was stored without one. */
function ofWhatCompletes(session: CheckoutSessionRow, intent: PaymentIntentRow | null): EventToRecord[] {
  if (intent !== null) {
    const type = isUncaptured(intent) ? AUTHORIZED : "payment_intent.succeeded";
    // A payment whose card was declined before was announced with that.
    const isAnnounced = session.lastDecline !== null;
    const created: EventToRecord[] = isAnnounced ? [] : [["payment_intent.created", intent]];
    return [...created, [type, intent]];
  }
  const setup = setupIntentOf(session);
  if (setup === undefined) throw new Error(`Session ${session.id} has stored no card.`);
  return [["setup_intent.succeeded", setup]];
}

/** The merchant's email address of the shopper stands in for one that the gateway was not told. */
function whoPaid(
  { options }: CheckoutSessionRow,
  { billing }: GatewayResult,
): Parameters<typeof customerFrom>[0] {
  return { name: billing?.name ?? null, email: billing?.email ?? options?.customerEmail ?? null };
}

/** Null where the session stores a card without a payment. Throws where it got a payment all the same. */
function paymentIntentRow(
  session: CheckoutSessionRow,
  received: Received,
  stored: Payment["stored"],
  { id, customerId, paymentMethodId, createdAt, lapsesAt }: NewIntent,
): PaymentIntentRow | null {
  if (session.mode === "setup") {
    if (received.amount === 0) return null;
    throw new Error(`Session ${session.id} takes no payment.`);
  }
  const captureMethod = session.options?.captureMethod ?? null;
  const isAuthorized = isOnlyAuthorized(captureMethod, stored);
  return {
    id,
    merchantId: session.merchantId,
    livemode: session.livemode,
    createdAt,
    sessionId: session.id,
    status: isAuthorized ? "requires_capture" : "succeeded",
    amount: received.amount,
    currency: received.currency,
    amountReceived: isAuthorized ? 0 : received.amount,
    amountRefunded: 0,
    customerId,
    paymentMethodId,
    gatewayResultId: stored.id,
    returnUrl: null,
    attempt: 0,
    offSession: false,
    metadata: session.options?.paymentMetadata ?? {},
    description: session.options?.paymentDescription ?? null,
    statementDescriptor: session.options?.statementDescriptor ?? null,
    receiptEmail: session.options?.receiptEmail ?? null,
    canceledAt: null,
    cancellationReason: null,
    captureMethod,
    captureBefore: isAuthorized ? lapsesAt : null,
    attemptCallId: null,
    reversalStartedAt: null,
    heldResultId: null,
    settlement: isAuthorized ? null : SETTLEMENT.PENDING,
    settledAt: null,
  };
}

interface NewIntent extends Pick<PaymentIntentRow, "id" | "customerId" | "paymentMethodId" | "createdAt"> {
  /** When it lapses, if it is only authorized. */
  readonly lapsesAt: number;
}
