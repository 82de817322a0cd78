import type { DirectAnswer } from "../../cardstream/gateway-client.js";
import type { Challenge } from "../../cardstream/three-d-secure.js";
import {
  findCheckoutSession,
  lockCheckoutSession,
  queueCardChoice,
  type SessionOfForm,
} from "../../db/tables/checkout-sessions.js";
import { listPendingAttempts } from "../../db/tables/pending-attempts.js";
import { inTransaction } from "../../db/transaction.js";
import { attemptReference } from "../../domain/attempt.js";
import { ROUNDS_MAX, STEP_MS } from "../../domain/payment-intent.js";
import {
  chargeOf,
  isCharging,
  mayMoveCharge,
  type SavedCardCharge,
} from "../../domain/saved-cards/card-choice.js";
import { oneTime } from "../../lib/clock.js";
import { applyChargeAnswer, noteStep } from "../charges/apply-answer.js";
import { sealChallenge } from "../charges/sealed-challenge.js";
import type { CheckoutContext } from "../context.js";
import { askNow } from "../reconcile/reconcile-pending.js";
import { clockOf } from "../test-clock.js";

/** What a session's saved card is charged for, in the words of a payment. */
export function chargedFor({ id, attempt, amountTotal, currency, livemode, options }: SessionOfForm) {
  return {
    id,
    attempt,
    amount: amountTotal,
    currency,
    livemode,
    offSession: false,
    statementDescriptor: options?.statementDescriptor ?? null,
    receiptEmail: options?.receiptEmail ?? null,
    captureMethod: options?.captureMethod ?? null,
  };
}

/**
 * Applies what the gateway has answered the charge of a saved card, or the answer to its challenge, and opens the
 * challenge that it asks for. What is in doubt after that is asked for at once: the shopper waits.
 */
export async function applySavedCardAnswer(
  checkout: CheckoutContext,
  session: SessionOfForm,
  charge: SavedCardCharge,
  answer: DirectAnswer,
): Promise<void> {
  const charged = { ...chargedFor(session), attempt: charge.attempt };
  const challenge = await applyChargeAnswer(checkout, charged, answer);
  if (challenge !== undefined) await meetChallenge(checkout, session, charge, challenge);
  const now = await findCheckoutSession(checkout.db.manager, session.id);
  if (now === undefined || now.status === "complete" || !isCharging(now)) return;
  const pending = await listPendingAttempts(checkout.db.manager, session.id);
  await askNow(
    checkout,
    pending.filter(({ reference }) => reference === attemptReference(now.id, now.attempt)),
  );
}

async function meetChallenge(
  checkout: CheckoutContext,
  { id, merchantId, livemode }: SessionOfForm,
  { attempt, callId }: SavedCardCharge,
  challenge: Challenge,
): Promise<void> {
  const scope = { merchantId, livemode };
  const clock = await clockOf(checkout, scope);
  const challengeSealed = sealChallenge(checkout, scope, challenge).toString("base64");
  await inTransaction(checkout.db, "READ COMMITTED", async (tx) => {
    const session = await lockCheckoutSession(tx, id);
    const charge = chargeOf(session, attempt);
    // Another message may have told the outcome meanwhile, or another request been sent.
    const isNewest =
      charge?.callId === callId && session.attempt === attempt && session.status !== "complete";
    if (!isNewest || !mayMoveCharge(charge.kind, "challenge")) return;
    const now = oneTime(clock).now();
    const rounds = charge.rounds + 1;
    // The gateway asks for one challenge after another: what it says to a question from now on ends the charge.
    if (rounds > ROUNDS_MAX) return queueCardChoice(tx, id, { cardChoice: { ...charge, endsAt: now } });
    const endsAt = now + STEP_MS;
    const met = { ...charge, kind: "challenge", rounds, endsAt, challengeSealed } as const;
    // Nothing is in doubt: it takes no money unless the shopper answers.
    queueCardChoice(tx, id, { cardChoice: met, pendingPayment: stillHeld(session) });
    noteStep(tx, { ...scope, id, attempt }, now, endsAt);
  });
}

function stillHeld({ pendingPayment }: { readonly pendingPayment: SessionOfForm["pendingPayment"] }) {
  return pendingPayment === "held" ? pendingPayment : null;
}
