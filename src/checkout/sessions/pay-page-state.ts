import {
  lockedSessionWithId,
  type CheckoutSessionRow,
  sessionWithId,
} from "../../db/tables/checkout-sessions.js";
import { accountOf, type GatewayAccountRow } from "../../db/tables/gateway-accounts.js";
import { unresolvedHeldResult } from "../../db/tables/gateway-results.js";
import { merchantOfSession } from "../../db/tables/merchants.js";
import { pendingAttemptsOf, type PendingAttemptRow } from "../../db/tables/pending-attempts.js";
import { selectTogether } from "../../db/query/select.js";
import type { Tx } from "../../db/transaction.js";
import type { Clock } from "../../lib/clock.js";
import { isId } from "../../lib/ids.js";
import type { CheckoutContext } from "../context.js";
import { clockAhead } from "../test-clock.js";

/** All that decides what the page of a session shows. */
export interface PayPageState {
  readonly session: CheckoutSessionRow;
  /** The one that the session's life follows. */
  readonly clock: Clock;
  /** True while a held result of the session waits for a person. */
  readonly waitsForPerson: boolean;
  /** The session's pending attempts, the oldest form first. */
  readonly pending: readonly PendingAttemptRow[];
}

/** The same while nobody else may change the session, and what its form is signed with. */
export interface LockedPayPageState extends PayPageState {
  /** Undefined where the merchant has none in this mode. */
  readonly account: GatewayAccountRow | undefined;
}

/** Reads it in one round trip. Undefined where there is no such session. */
export async function readPayPageState(
  checkout: CheckoutContext,
  sessionId: string,
): Promise<PayPageState | undefined> {
  if (!isId("cs", sessionId)) return undefined;
  const [session, merchant, waitsForPerson, pending] = await selectTogether(
    checkout.db.manager,
    sessionWithId(sessionId),
    merchantOfSession(sessionId),
    unresolvedHeldResult(sessionId),
    pendingAttemptsOf(sessionId),
  );
  if (session === undefined) return undefined;
  const clock = clockAhead(checkout, session, merchant?.testClockAhead ?? 0);
  return { session, clock, waitsForPerson, pending };
}

/**
 * Reads it again in one round trip, and locks the session until the transaction ends. Recording a result locks
 * the session as well, so what is read behind the lock includes what the last one has stored.
 */
export async function lockPayPageState(
  tx: Tx,
  { session: { id, merchantId, livemode }, clock }: PayPageState,
): Promise<LockedPayPageState> {
  const [session, waitsForPerson, pending, account] = await selectTogether(
    tx,
    lockedSessionWithId(tx, id),
    unresolvedHeldResult(id),
    pendingAttemptsOf(id),
    accountOf({ merchantId, livemode }),
  );
  if (session === undefined) throw new Error(`Session ${id} is gone.`);
  return { session, clock, waitsForPerson, pending, account };
}
