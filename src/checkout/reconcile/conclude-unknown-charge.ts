import { lockPaymentIntent, type PaymentIntentRow } from "../../db/tables/payment-intents.js";
import type { PendingAttemptRow } from "../../db/tables/pending-attempts.js";
import { findShopperStep, type ShopperStepRow } from "../../db/tables/shopper-steps.js";
import { inTransaction, type Tx } from "../../db/transaction.js";
import { parseAttemptReference } from "../../domain/attempt.js";
import type { AttemptCertainty, KnownTransaction } from "../../domain/attempt-certainty.js";
import { isWaitingForAuthentication } from "../../domain/gateway-codes.js";
import { ANSWER_MS, isInProgress } from "../../domain/payment-intent.js";
import { type Clock, oneTime } from "../../lib/clock.js";
import type { CheckoutContext } from "../context.js";
import { holdUnknownCharge } from "../results/hold-unknown-charge.js";
import { failCharge } from "../results/record-charge-result.js";
import { clockOf } from "../test-clock.js";

/** What was learned by asking about a charge. */
interface Asked {
  /** True a day after it was sent. */
  readonly over: boolean;
  readonly certainty: AttemptCertainty;
  readonly transactions: readonly KnownTransaction[];
  /** Id of the result that asks for an authentication; null if none does. */
  readonly waitingResultId: string | null;
  /** The newest step of its shopper's; undefined if there was none. */
  readonly step: ShopperStepRow | undefined;
  /** Whether the account has a search, by which asking again may find more. */
  readonly canSearch: boolean;
}

/**
 * Concludes what the gateway's answers, and their absence, mean for a direct charge. True if the attempt is
 * settled.
 *
 * A charge is never sent a second time. After a day, a charge that the gateway certainly does not have, or
 * has ended without taking money, has failed; one with an unknown outcome is held for a person, and still
 * asked about. One that waits for its shopper fails as soon as the time for that is over.
 */
export async function concludeUnknownCharge(
  checkout: CheckoutContext,
  row: PendingAttemptRow,
  { id }: PaymentIntentRow,
  asked: Asked,
): Promise<boolean> {
  const clock = await clockOf(checkout, row);
  return await inTransaction(checkout.db, "SERIALIZABLE", async (tx) => {
    const intent = await lockPaymentIntent(tx, id);
    const time = oneTime(clock);
    if (!isPending(intent, row)) return true;
    // A step is never deleted: where there was one, no absent row is read.
    const step = asked.step && (await findShopperStep(tx, id));
    if (!asked.over && !hasLapsed(row, step, asked, time.now())) return false;
    // A person decides, and that ends it.
    if (asked.transactions.some(({ outcome }) => outcome === "held")) return true;
    if (isLeftUndone(intent, step, asked) || asked.certainty === "clear") {
      const said = step?.kind === "form" ? intent.gatewayResultId : asked.waitingResultId;
      await failCharge(checkout, time, tx, intent, said);
      return true;
    }
    return asked.over ? await stillUnknown(checkout, time, tx, intent, row) : false;
  });
}

/** The charge may have ended while the gateway was asked, or another may have begun. */
function isPending(intent: PaymentIntentRow, { reference }: PendingAttemptRow): boolean {
  return isInProgress(intent.status) && parseAttemptReference(reference)?.attempt === intent.attempt;
}

/** The time for what the charge waits for is over: the shopper's, or the gateway's with what it was sent. */
function hasLapsed(
  { reference, givenAt }: PendingAttemptRow,
  step: ShopperStepRow | undefined,
  { transactions }: Asked,
  now: number,
): boolean {
  const isOfAttempt = step?.attempt === parseAttemptReference(reference)?.attempt;
  if (step !== undefined && isOfAttempt && step.kind === "form") return now >= step.endsAt;
  if (!transactions.some(waits)) return false;
  return now >= (step !== undefined && isOfAttempt ? step.endsAt : givenAt + ANSWER_MS);
}

function waits(transaction: KnownTransaction): boolean {
  return transaction.outcome === "unknown" && isWaitingForAuthentication(transaction);
}

/**
 * True where nothing can come of the shopper's step, though the gateway has not said so. A challenge that was never
 * answered takes no money: only this service could carry it on. Of a form nothing more can be found out without a
 * search; should it be paid after all, that is a late success, as that of a session's form.
 */
function isLeftUndone(
  { status, attempt }: PaymentIntentRow,
  step: ShopperStepRow | undefined,
  { over, certainty, canSearch }: Asked,
): boolean {
  if (status !== "requires_action" || step?.attempt !== attempt) return false;
  return step.kind === "challenge" ? over : certainty === "silent" && !canSearch;
}

async function stillUnknown(
  checkout: CheckoutContext,
  clock: Clock,
  tx: Tx,
  intent: PaymentIntentRow,
  row: PendingAttemptRow,
): Promise<false> {
  await holdUnknownCharge(checkout, clock, tx, intent, row.reference);
  return false;
}
