import { type Field, fieldText } from "../../cardstream/fields.js";
import { mayPass } from "../../db/engine/database-errors.js";
import { isStoredBefore } from "../../db/tables/gateway-results.js";
import { parseAttemptReference } from "../../domain/attempt-reference.js";
import { isApproved } from "../../domain/gateway-codes.js";
import type { FastCompletionMiss } from "../checkout-metrics.js";
import type { CheckoutContext } from "../context.js";
import type { AppliedResult, GatewayMessage } from "../gateway-messages/gateway-message.js";
import { newGatewayResult } from "../gateway-messages/new-gateway-result.js";
import { applied, queueGatewayResult } from "../gateway-messages/store-gateway-result.js";
import { cachedSignersNamed, verifyBy, type VerifiedMessage } from "../gateway-messages/verify-message.js";
import { completeSession } from "./complete-session.js";
import { classifyLocked, withLockedSession } from "./locked-session.js";
import { noteApplied } from "./note-applied.js";

/**
 * The shortest way to record what most messages are: the plain success of an open session, or one told again.
 * It saves two looks at the database. Both of its calls answer undefined where the message is anything else,
 * or where what they took for granted does not hold: nothing is written then, and the careful way of
 * `applyGatewayResult` decides.
 */
export interface FastCompletion {
  /**
   * Before anything is looked up: verifies by the account that the message names, as that was up to a second
   * ago (see docs/decisions/0035-verify-before-the-session-is-read.md). The lock asks whether the session is
   * that account's owner's.
   */
  byCachedAccount(this: void, fields: readonly Field[]): Promise<AppliedResult | undefined>;
  /**
   * Takes a verified message for new, and sends its result together with all that follows from it. A result that is on
   * record already is found out by the unique key, and all of it is rolled back. Throws what else goes wrong.
   */
  byVerified(this: void, verified: VerifiedMessage): Promise<AppliedResult | undefined>;
}

/** The fast way for one message. It is tried once: what it could not record, it does not touch again. */
export function fastCompletion(checkout: CheckoutContext, message: GatewayMessage): FastCompletion {
  let tried = false;
  const byVerified = async (verified: VerifiedMessage): Promise<AppliedResult | undefined> => {
    if (tried || verified.target?.session === undefined || !isApproved(verified.result)) return undefined;
    tried = true;
    const done = await recordAtOnce(checkout, verified, message).catch((error: unknown) => {
      if (isStoredBefore(error)) return "stored before" as const;
      throw error;
    });
    return typeof done === "string" ? miss(checkout, done) : done;
  };
  return {
    byVerified,
    async byCachedAccount(fields) {
      const verified = verifyFromCache(checkout, fields, message);
      if (verified === undefined) return undefined;
      await checkout.reached("result verified");
      const done = await byVerified(verified).catch((error: unknown) => {
        if (mayPass(error)) throw error;
        return miss(checkout, "not applicable", error);
      });
      return done && (await noteApplied(checkout, verified, done));
    },
  };
}

/** Undefined where the cache does not say who signed the message. */
function verifyFromCache(
  checkout: CheckoutContext,
  fields: readonly Field[],
  { pathSessionId }: GatewayMessage,
): VerifiedMessage | undefined {
  const reference = parseAttemptReference(fieldText(fields, "transactionUnique"));
  if (reference?.kind !== "session") return undefined;
  if (pathSessionId !== undefined && pathSessionId !== reference.targetId) return undefined;
  const signers = cachedSignersNamed(checkout, fieldText(fields, "merchantID"));
  const [signer] = signers; // Whichever of them signed it: they are one owner's.
  const result = verifyBy(fields, signers);
  if (signer === undefined || typeof result === "string") return undefined;
  const scope = { merchantId: signer.merchantId, livemode: signer.livemode };
  return { result, scope, target: { session: { id: reference.targetId, ...scope } } };
}

async function recordAtOnce(
  checkout: CheckoutContext,
  verified: VerifiedMessage,
  message: GatewayMessage,
): Promise<AppliedResult | FastCompletionMiss> {
  const { target, result } = verified;
  if (target?.session === undefined) return "no such session";
  const row = newGatewayResult(checkout, verified, message);
  const done = await withLockedSession(checkout, target.session, async (tx, session, clock) => {
    const classification = classifyLocked(session, result);
    if (classification.outcome !== "completed") return "held" as const;
    if (session.status === "complete") return applied(classification, true);
    if (session.reversalStartedAt !== null) return "reversal started" as const;
    const stored = queueGatewayResult(clock, tx, row, classification);
    await checkout.reached("result recorded");
    const received = { amount: session.amountTotal, currency: session.currency };
    await completeSession(checkout, clock, tx, session, { result, received, stored });
    return applied(classification, false);
  });
  return done ?? "no such session";
}

/** Where the error comes again on the careful way, that logs it as one. */
function miss({ metrics, log }: CheckoutContext, why: FastCompletionMiss, err?: unknown): undefined {
  metrics.fastCompletionMisses.inc({ why });
  log.debug({ why, err }, "a gateway result is applied by the careful way");
}
