import type { CheckoutSessionRow } from "../../db/tables/checkout-sessions.js";
import { unresolvedHeldResult } from "../../db/tables/gateway-results.js";
import { listPendingAttempts, pendingAttemptsOf } from "../../db/tables/pending-attempts.js";
import { setLastDecline, setPendingPayment } from "../../db/tables/session-money.js";
import { selectTogether } from "../../db/query/select.js";
import type { Tx } from "../../db/transaction.js";
import { attemptReference, isNewestInDoubt } from "../../domain/attempt.js";
import type { Classification } from "../../domain/classification.js";
import { declineCodeOf } from "../../domain/decline-code.js";
import { isCharging } from "../../domain/saved-cards/card-choice.js";
import type { PendingPayment } from "../../domain/session.js";
import { setupIntentOf } from "../../domain/setup-intent.js";
import type { Clock } from "../../lib/clock.js";
import type { CheckoutContext } from "../context.js";
import { type EventToRecord, recordEvents } from "../events/record-events.js";
import { declinedIntentOf, declineOf } from "../payments/declined-intent.js";
import { notePendingAttempt } from "./note-pending-attempt.js";

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
  if (outcome === "unknown") await noteNotFinal(tx, session, stored, clock.now());
}

/** What a locked session's held results and attempts say once a person has decided about one of its payments. */
export async function updatePendingPayment(
  tx: Tx,
  session: Pick<CheckoutSessionRow, "id" | "attempt" | "status" | "cardChoice">,
): Promise<void> {
  if (session.status === "complete") return;
  const [waits, pending] = await selectTogether(
    tx,
    unresolvedHeldResult(session.id),
    pendingAttemptsOf(session.id),
  );
  const isInDoubt = isCharging(session) || isNewestInDoubt(session, pending);
  const inDoubt: PendingPayment | null = isInDoubt ? "processing" : null;
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
  recordEvents(checkout, tx, now, ...ofDecline({ ...session, lastDecline }, session.lastDecline === null));
}

/** A payment is announced with its first decline. */
function ofDecline(session: CheckoutSessionRow, isFirst: boolean): EventToRecord[] {
  const setup = setupIntentOf(session);
  if (setup !== undefined) return [["setup_intent.setup_failed", setup]];
  const intent = declinedIntentOf(session);
  if (intent === undefined) throw new Error(`Session ${session.id} was declined nothing.`);
  const failed: EventToRecord = ["payment_intent.payment_failed", intent];
  return isFirst ? [["payment_intent.created", intent], failed] : [failed];
}

/**
 * Only the newest attempt is in doubt: the others have failed. It is asked about from now on, if it is not yet: its
 * form was taken to the gateway past this service, or asking had ended.
 */
async function noteNotFinal(
  tx: Tx,
  session: CheckoutSessionRow,
  result: UnpaidResult,
  now: number,
): Promise<void> {
  const { id, attempt, pendingPayment } = session;
  if (result.attempt !== attempt) return;
  const reference = attemptReference(id, attempt);
  const pending = await listPendingAttempts(tx, id);
  if (pending.every((one) => one.reference !== reference)) notePendingAttempt(tx, session, now);
  if (pendingPayment === null) await setPendingPayment(tx, id, "processing");
}
