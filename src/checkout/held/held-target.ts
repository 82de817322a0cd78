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
import { failCharge } from "../payments/charge-outcome.js";

/** What a held payment was meant for; neither is there where nothing of ours asked for it. */
export interface HeldTarget {
  readonly session: CheckoutSessionRow | undefined;
  readonly intent: PaymentIntentRow | undefined;
}

/**
 * Locks what a held payment was meant for. Before the held payment itself, as by a result that comes in: in
 * another order the two could wait for each other.
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

/** Notes that money of a payment is sent for: from now on a success of its transaction is looked at twice. */
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

/** A charge whose money went back, or of which a person says that it is none, has failed: another card may be tried. */
export async function endHeldCharge(
  clock: Clock,
  tx: Tx,
  { intent }: HeldTarget,
  { attempt }: HeldPaymentRow,
): Promise<void> {
  if (intent !== undefined && attempt === intent.attempt) await failCharge(clock, tx, intent, null);
}
