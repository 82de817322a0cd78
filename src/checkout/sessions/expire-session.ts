import { lockCheckoutSession, markExpired } from "../../db/tables/checkout-sessions.js";
import type { Tx } from "../../db/transaction.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { Refusal } from "../../domain/refusal.js";
import { beforeCompletion, type CheckoutSession, mayMove, statusAt } from "../../domain/session.js";
import type { Clock } from "../../lib/clock.js";
import type { CheckoutContext } from "../context.js";
import { recordEvents } from "../events/record-events.js";
import type { AnsweredSession } from "./create-session.js";
import { getSession } from "./get-session.js";
import { callWithoutKey, findPrevious, type IdempotentCall, runIdempotent } from "../idempotency.js";
import { merchantParts } from "../test-clock.js";

/**
 * Expires an open session at once. A shopper who is already on the gateway's page may still pay; the session
 * then becomes complete, marked as late.
 */
export async function expireSession(
  checkout: CheckoutContext,
  scope: MerchantScope,
  id: string,
  call: IdempotentCall | undefined,
): Promise<AnsweredSession> {
  const before = await findPrevious(checkout, scope, call);
  const session = await getSession(checkout, scope, id);
  const { replayed } =
    before ??
    (await runIdempotent(
      await merchantParts(checkout, scope),
      scope,
      call ?? callWithoutKey(checkout),
      id,
      (tx, _run, clock) => expire(checkout, clock, tx, id),
    ));
  return { session: asExpired(session), replayed };
}

async function expire(checkout: CheckoutContext, clock: Clock, tx: Tx, id: string): Promise<void> {
  const session = await lockCheckoutSession(tx, id);
  const now = clock.now();
  const status = statusAt(session, now);
  if (!mayMove(status, "expired")) {
    throw new Refusal(
      "SESSION_NOT_OPEN",
      `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of ${status}.`,
      "id",
    );
  }
  const expired = { ...session, status: "expired", expiredAt: now } as const;
  recordEvents(checkout, tx, now, ["checkout.session.expired", expired]);
  await markExpired(tx, id, now);
}

/**
 * The state right after expiring: a replay gets the first answer, even if a late success has completed the
 * session since.
 */
function asExpired(session: CheckoutSession): CheckoutSession {
  return { ...beforeCompletion(session), status: "expired" };
}
