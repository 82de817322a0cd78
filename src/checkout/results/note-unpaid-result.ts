import type { CheckoutSessionRow } from "../../db/tables/checkout-sessions.js";
import { unresolvedHeldResult } from "../../db/tables/gateway-results.js";
import { listPendingAttempts, pendingAttemptsOf } from "../../db/tables/pending-attempts.js";
import { setLastDecline, setPendingPayment } from "../../db/tables/session-money.js";
import { selectTogether } from "../../db/query/select.js";
import type { Tx } from "../../db/transaction.js";
import { attemptReference, isNewestInDoubt } from "../../domain/attempt.js";
import type { Classification } from "../../domain/classification.js";
import { declineCodeOf } from "../../domain/decline-code.js";
import type { PendingPayment } from "../../domain/session.js";
import type { Clock } from "../../lib/clock.js";
import type { CheckoutContext } from "../context.js";
import { type EventToRecord, recordEvents } from "../events/record-events.js";
import { declinedIntentOf, declineOf } from "../payments/declined-intent.js";

/** A stored result that did not complete its session. */
interface UnpaidResult {
  readonly id: string;
  readonly responseCode: number | null;
  readonly attempt: number | null;
}

/**
 * Keeps on a locked session what a new result says that did not complete it: that a card was declined, with its event;
 * that a person has to decide; or that the gateway has to be asked. A complete session does not change.
 */
export async function noteUnpaidResult(
  checkout: CheckoutContext,
  clock: Clock,
  tx: Tx,
  session: CheckoutSessionRow,
  { outcome }: Classification,
  stored: UnpaidResult,
): Promise<void> {
  if (session.status === "complete") return;
  if (outcome === "held") await setPendingPayment(tx, session.id, "held");
  if (outcome === "declined") await noteDecline(checkout, clock, tx, session, stored);
  if (outcome === "unknown" && session.pendingPayment === null && (await isAskedAbout(tx, session, stored))) {
    await setPendingPayment(tx, session.id, "processing");
  }
}

/** What a locked session's held results and attempts say once a person has decided about one of its payments. */
export async function updatePendingPayment(
  tx: Tx,
  session: Pick<CheckoutSessionRow, "id" | "attempt" | "status">,
): Promise<void> {
  if (session.status === "complete") return;
  const [waits, pending] = await selectTogether(
    tx,
    unresolvedHeldResult(session.id),
    pendingAttemptsOf(session.id),
  );
  const inDoubt: PendingPayment | null = isNewestInDoubt(session, pending) ? "processing" : null;
  await setPendingPayment(tx, session.id, waits ? "held" : inDoubt);
}

async function noteDecline(
  checkout: CheckoutContext,
  clock: Clock,
  tx: Tx,
  session: CheckoutSessionRow,
  { id: resultId, responseCode }: UnpaidResult,
): Promise<void> {
  const now = clock.now();
  const lastDecline = declineOf(session, { resultId, declineCode: declineCodeOf(responseCode ?? 0) }, now);
  await setLastDecline(tx, session.id, lastDecline);
  const intent = declinedIntentOf({ ...session, lastDecline });
  if (intent === undefined) return; // Mode setup: there is no payment.
  const news: EventToRecord[] = [["payment_intent.payment_failed", intent]];
  if (session.lastDecline === null) news.unshift(["payment_intent.created", intent]);
  recordEvents(checkout, tx, now, ...news);
}

/** Only the newest attempt is in doubt: the others have failed. Of one that is not pending nothing more is heard. */
async function isAskedAbout(
  tx: Tx,
  { id, attempt }: CheckoutSessionRow,
  result: UnpaidResult,
): Promise<boolean> {
  if (result.attempt !== attempt) return false;
  const reference = attemptReference(id, attempt);
  return (await listPendingAttempts(tx, id)).some((pending) => pending.reference === reference);
}
