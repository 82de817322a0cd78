import { type CheckoutSessionRow, lockCheckoutSessionOf } from "../../db/tables/checkout-sessions.js";
import { inTransaction, type Tx } from "../../db/transaction.js";
import { type Classification, classifyPayment, held } from "../../domain/classification.js";
import type { GatewayResult } from "../../domain/gateway-result.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { currencyByCode } from "../../domain/money.js";
import type { CheckoutSession } from "../../domain/session.js";
import { type Clock, oneTime } from "../../lib/clock.js";
import type { CheckoutContext } from "../context.js";
import { clockOf } from "../test-clock.js";

/** What is done about a session while nobody else can change it. `clock` stands still at the transaction's time. */
type SessionWork<T> = (tx: Tx, session: CheckoutSessionRow, clock: Clock) => Promise<T>;

/**
 * Runs `work` in one serialisable transaction that has locked the session. Undefined, with nothing done,
 * where the session is not this merchant's, or absent.
 */
export async function withLockedSession<T>(
  checkout: CheckoutContext,
  session: MerchantScope & { readonly id: string },
  work: SessionWork<T>,
): Promise<T | undefined> {
  const clock = await clockOf(checkout, session);
  return await inTransaction(checkout.db, "SERIALIZABLE", async (tx) => {
    const locked = await lockCheckoutSessionOf(tx, session, session.id);
    if (locked === undefined) return undefined;
    await checkout.reached("session locked");
    return await work(tx, locked, oneTime(clock));
  });
}

/** Classifies a result for a locked session: the first success recorded pays it; another transaction's is held. */
export function classifyLocked(session: CheckoutSession, result: GatewayResult): Classification {
  const currency = currencyByCode(session.currency);
  if (currency === undefined) throw new Error(`Session ${session.id} has an unknown currency.`);
  const { id: targetId, amountTotal: amount, attempt } = session;
  const classification = classifyPayment(result, { targetId, amount, currency, attempt });
  const paidByOther = session.status === "complete" && session.completedBy !== result.transactionKey;
  return classification.outcome === "completed" && paidByOther ? held("duplicate") : classification;
}
