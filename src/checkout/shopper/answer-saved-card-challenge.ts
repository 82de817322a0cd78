import { queueCardChoice, type SessionOfForm } from "../../db/tables/checkout-sessions.js";
import { inTransaction } from "../../db/transaction.js";
import type { AttemptReference } from "../../domain/attempt.js";
import { ANSWER_MS } from "../../domain/payment-intent.js";
import { chargeOf, type SavedCardCharge } from "../../domain/saved-cards/card-choice.js";
import { newId } from "../../lib/ids.js";
import { noteStep } from "../charges/apply-answer.js";
import type { CheckoutContext } from "../context.js";
import { payPageOf } from "../sessions/open-pay-page.js";
import { lockPayPageState } from "../sessions/pay-page-state.js";
import { type ChallengeAnswer, sendAnswer } from "./answer-challenge.js";
import { applySavedCardAnswer } from "./saved-card-answer.js";

/**
 * Carries the authentication for a session's saved card on, as `answerChallenge` does for a payment intent: recorded
 * first, sent to the gateway once, and its answer applied as that to a charge. What is posted again, too late, or for a
 * card that the shopper has left, changes nothing.
 */
export async function answerSavedCardChallenge(
  checkout: CheckoutContext,
  { targetId, attempt }: AttemptReference,
  brought: ChallengeAnswer,
): Promise<void> {
  const begun = await recordAnswer(checkout, targetId, attempt);
  if (begun === undefined) return;
  const answer = await sendAnswer(checkout, begun.session, begun.ref, brought);
  await applySavedCardAnswer(checkout, begun.session, begun.charge, answer);
}

interface Begun {
  readonly session: SessionOfForm;
  /** The charge as it is recorded: answered, with the id of this call. */
  readonly charge: SavedCardCharge;
  readonly ref: string;
}

/** Undefined unless the challenge is open: then nobody else may send anything of this charge. */
async function recordAnswer(
  checkout: CheckoutContext,
  sessionId: string,
  attempt: number,
): Promise<Begun | undefined> {
  const callId = newId("call", checkout.clock.now());
  let begun: Begun | undefined;
  return await inTransaction(checkout.db, "READ COMMITTED", async (tx, { again }) => {
    const state = await lockPayPageState(checkout, tx, sessionId);
    if (state === undefined) return undefined;
    const { session, clock } = state;
    // A COMMIT whose connection is lost has usually succeeded: then this call's id is stored already.
    if (again && begun !== undefined && chargeOf(session)?.callId === callId) return begun;
    const page = payPageOf(checkout, state, undefined);
    const met = chargeOf(session, attempt);
    if (page.kind !== "challenge" || met === undefined || session.attempt !== attempt) return undefined;
    const now = clock.now();
    const endsAt = now + ANSWER_MS;
    const charge = { ...met, kind: "answered", callId, endsAt } as const;
    queueCardChoice(tx, sessionId, { cardChoice: charge, pendingPayment: "processing" });
    noteStep(tx, session, now, endsAt);
    begun = { session, charge, ref: page.challenge.ref };
    return begun;
  });
}
