import {
  type CheckoutSessionRow,
  lockCheckoutSession,
  noteReversalStarted,
} from "../../db/tables/checkout-sessions.js";
import type { HeldPaymentRow } from "../../db/tables/held-payments.js";
import {
  changePaymentIntent,
  lockPaymentIntent,
  type PaymentIntentRow,
} from "../../db/tables/payment-intents.js";
import type { Tx } from "../../db/transaction.js";
import type { Clock } from "../../lib/clock.js";
import type { CheckoutContext } from "../context.js";
import { failCharge } from "../results/record-charge-result.js";

/** The target of a held payment; both are undefined if the payment was not requested by this service. */
export interface HeldTarget {
  readonly session: CheckoutSessionRow | undefined;
  readonly intent: PaymentIntentRow | undefined;
}

/**
 * Locks the target of a held payment. It is locked before the held payment itself, in the order in which an
 * arriving result locks them: the opposite order could deadlock.
 */
export async function lockHeldTarget(
  tx: Tx,
  { sessionId, paymentIntentId }: HeldPaymentRow,
): Promise<HeldTarget> {
  return {
    session: sessionId === null ? undefined : await lockCheckoutSession(tx, sessionId),
    intent: paymentIntentId === null ? undefined : await lockPaymentIntent(tx, paymentIntentId),
  };
}

/**
 * Records that a payment's reversal is requested: from now on a success of its transaction is checked against
 * that.
 */
export async function markReversalRequested(
  tx: Tx,
  { session, intent }: HeldTarget,
  now: number,
): Promise<void> {
  if (session !== undefined) await noteReversalStarted(tx, session.id, now);
  if (intent !== undefined && intent.status !== "succeeded" && intent.reversalStartedAt === null) {
    await changePaymentIntent(tx, intent.id, { reversalStartedAt: now });
  }
}

/**
 * Ends a charge as failed after its reversal, or after a person has dismissed it: another card may be tried.
 */
export async function endHeldCharge(
  checkout: CheckoutContext,
  clock: Clock,
  tx: Tx,
  { intent }: HeldTarget,
  { attempt }: HeldPaymentRow,
): Promise<void> {
  if (intent !== undefined && attempt === intent.attempt) await failCharge(checkout, clock, tx, intent, null);
}
