import { lockPaymentIntent, type PaymentIntentRow } from "../../db/tables/payment-intents.js";
import type { PendingAttemptRow } from "../../db/tables/pending-attempts.js";
import { inTransaction, type Tx } from "../../db/transaction.js";
import { parseAttemptReference } from "../../domain/attempt.js";
import type { AttemptCertainty, KnownTransaction } from "../../domain/attempt-certainty.js";
import { type Clock, oneTime } from "../../lib/clock.js";
import type { CheckoutContext } from "../context.js";
import { failCharge, holdUnknownCharge } from "../results/record-charge-result.js";
import { clockOf } from "../test-clock.js";

/** The result of asking about a charge. */
interface Asked {
  /** True a day after it was sent. */
  readonly over: boolean;
  readonly certainty: AttemptCertainty;
  readonly transactions: readonly KnownTransaction[];
}

/**
 * Concludes what the gateway's answers, and their absence, mean for a direct charge. True if the attempt is
 * settled.
 *
 * A charge is never sent a second time. After a day, a charge that the gateway certainly does not have, or
 * has ended without taking money, has failed; one with an unknown outcome is held for a person, and still
 * asked about.
 */
export async function concludeUnknownCharge(
  checkout: CheckoutContext,
  row: PendingAttemptRow,
  { id }: PaymentIntentRow,
  { over, certainty, transactions }: Asked,
): Promise<boolean> {
  const clock = await clockOf(checkout, row);
  return await inTransaction(checkout.db, "SERIALIZABLE", async (tx) => {
    const intent = await lockPaymentIntent(tx, id);
    const time = oneTime(clock);
    if (!isPending(intent, row)) return true;
    if (!over) return false;
    // A person decides, and that ends it.
    if (transactions.some(({ outcome }) => outcome === "held")) return true;
    if (certainty !== "clear") return await stillUnknown(checkout, time, tx, intent, row);
    await failCharge(checkout, time, tx, intent, null);
    return true;
  });
}

/** The charge may have ended while the gateway was asked, or another may have begun. */
function isPending(intent: PaymentIntentRow, { reference }: PendingAttemptRow): boolean {
  return intent.status === "processing" && parseAttemptReference(reference)?.attempt === intent.attempt;
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
