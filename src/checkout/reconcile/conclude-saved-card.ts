import { lockCheckoutSession, startNextAttempt } from "../../db/tables/checkout-sessions.js";
import type { PendingAttemptRow } from "../../db/tables/pending-attempts.js";
import { inTransaction } from "../../db/transaction.js";
import { parseAttemptReference } from "../../domain/attempt.js";
import type { AttemptCertainty } from "../../domain/attempt-certainty.js";
import { RESPONSE_CODE } from "../../domain/gateway-codes.js";
import { chargeOf } from "../../domain/saved-cards/card-choice.js";
import { oneTime } from "../../lib/clock.js";
import type { CheckoutContext } from "../context.js";
import { noteUnpaidResult } from "../results/note-unpaid-result.js";
import { clockOf } from "../test-clock.js";

/** What was learned by asking about the charge of a session's saved card. */
interface Asked {
  /** True a day after it was sent. */
  readonly over: boolean;
  readonly certainty: AttemptCertainty;
  /** Id of the result that asks for an authentication, where that is the gateway's last word. Null: it is not. */
  readonly waitingResultId: string | null;
}

/**
 * Concludes what the gateway's answers, and their absence, mean for the charge of a session's saved card. True if the
 * attempt is settled. It is never sent a second time. One that waits for its shopper fails as soon as the time for that
 * is over; another one fails a day later, if the gateway certainly does not have it, or it took no money. Whatever else
 * has paid the session meanwhile, what was sent may have taken money, too, until the gateway has said that it has not.
 */
export async function concludeSavedCard(
  checkout: CheckoutContext,
  row: PendingAttemptRow,
  { over, certainty, waitingResultId }: Asked,
): Promise<boolean> {
  const clock = await clockOf(checkout, row);
  return await inTransaction(checkout.db, "SERIALIZABLE", async (tx) => {
    const session = await lockCheckoutSession(tx, row.targetId);
    const attempt = parseAttemptReference(row.reference)?.attempt ?? null;
    const charge = chargeOf(session, attempt);
    // A challenge that was never answered takes no money, whatever the gateway says, or does not say.
    const isLeftUndone = charge?.kind === "challenge" && over;
    const isOver = isLeftUndone || (certainty === "clear" && over);
    // It may have ended while the gateway was asked, the shopper have chosen another card, or something else have paid.
    if (charge === undefined || session.attempt !== attempt || session.status === "complete") return isOver;
    const time = oneTime(clock);
    const hasLapsed = waitingResultId !== null && certainty === "clear" && time.now() >= charge.endsAt;
    if (!isOver && !hasLapsed) return false;
    if (waitingResultId !== null) {
      const declined = { outcome: "declined", reason: null } as const;
      const said = { id: waitingResultId, responseCode: RESPONSE_CODE.AUTHENTICATION_REQUIRED, attempt };
      await noteUnpaidResult(checkout, time, tx, session, declined, said);
    }
    await startNextAttempt(tx, session.id);
    return true;
  });
}
