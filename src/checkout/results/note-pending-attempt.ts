import { notePending } from "../../db/tables/pending-attempts.js";
import type { Tx } from "../../db/transaction.js";
import { attemptReference, nextAskAt } from "../../domain/attempt.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { closesAt, type SessionTimes } from "../../domain/session.js";

/**
 * Records that a form of a session's newest attempt is out, with the transaction's next statement or its COMMIT. From
 * now on the service asks for its outcome, if no message reports it.
 */
export function notePendingAttempt(
  tx: Tx,
  session: SessionTimes & MerchantScope & { readonly id: string; readonly attempt: number },
  now: number,
): void {
  const { id, merchantId, livemode, attempt } = session;
  const times = { givenAt: now, closesAt: closesAt({ ...session, formsGiven: session.formsGiven + 1 }) };
  const row = { reference: attemptReference(id, attempt), targetId: id, merchantId, livemode };
  notePending(tx, row, { ...times, nextAskAt: nextAskAt(times, now) });
}
