import { type Field, MalformedMessage, parseFields, fieldText } from "../../cardstream/fields.js";
import { mayPass } from "../../db/engine/database-errors.js";
import { DatabaseAway } from "../../db/engine/database.js";
import { isStoredBefore } from "../../db/tables/gateway-results.js";
import { parseAttemptReference } from "../../domain/attempt.js";
import { isApproved } from "../../domain/gateway-codes.js";
import type { FastCompletionMiss } from "../checkout-metrics.js";
import type { CheckoutContext } from "../context.js";
import type { AppliedResult, GatewayMessage, RefusedResult } from "../gateway-messages/gateway-message.js";
import { newGatewayResult, applied, queueGatewayResult } from "../gateway-messages/store-gateway-result.js";
import {
  type RefusedMessage,
  type VerifiedMessage,
  verifyMessage,
  verifyBy,
  cachedSignersNamed,
} from "../gateway-messages/verify-message.js";
import { completeSession } from "./complete-session.js";
import {
  recordSessionResult,
  recordUnapplicable,
  classifyLocked,
  classifyRecorded,
  withLockedSession,
} from "./record-session-result.js";

/**
 * Applies the gateway's message about a payment. All messages come through here: callbacks and browsers'
 * posts, in any order and number.
 *
 * It reads from top to bottom: verify; then lock, classify and record (`recordSessionResult`). What `fastCompletion`
 * tries ahead of either saves time, and decides nothing that these would not.
 *
 * When it answers `applied`, the result is stored for good. It throws where that cannot be done for now, such
 * as without the database: the caller must not acknowledge the message then.
 */
export async function applyGatewayResult(
  checkout: CheckoutContext,
  message: GatewayMessage,
): Promise<AppliedResult | RefusedResult> {
  const fields = parseMessage(message.body);
  if (fields === undefined) return refuse(checkout, message, "malformed");
  const fast = fastCompletion(checkout, message);
  const completed = await fast.byCachedAccount(fields);
  if (completed !== undefined) return completed;
  for (let look = 1; look <= LOOKS_MAX; look++) {
    const verified = await verifyMessage(checkout, fields, message);
    if (typeof verified === "string") return refuse(checkout, message, verified);
    const applied = await applyVerified(checkout, fast, verified, message);
    if (applied !== undefined) return applied;
  }
  throw new DatabaseAway("The database does not answer the same on all its connections");
}

/** The target that was found may have changed by the time it is locked. */
const LOOKS_MAX = 2;

function parseMessage(body: Buffer): Field[] | undefined {
  try {
    return parseFields(body);
  } catch (error) {
    if (error instanceof MalformedMessage) return undefined;
    throw error;
  }
}

function refuse(
  { log }: CheckoutContext,
  { via, pathTargetId }: GatewayMessage,
  why: RefusedMessage,
): RefusedResult {
  log.warn({ why, via, path: pathTargetId }, "gateway message refused");
  return { kind: "refused", why };
}

async function applyVerified(
  checkout: CheckoutContext,
  fast: FastCompletion,
  verified: VerifiedMessage,
  message: GatewayMessage,
): Promise<AppliedResult | undefined> {
  await checkout.checkpoint("result verified");
  const record = async (): Promise<AppliedResult | undefined> =>
    (await fast.byVerified(verified)) ?? (await recordSessionResult(checkout, verified, message));
  const applied = await record().catch((error: unknown) => {
    if (mayPass(error)) throw error;
    return hold(checkout, verified, message, error);
  });
  return applied && (await noteApplied(checkout, verified, applied));
}

/** A retry will not cure it. Money that was taken is held for a person: the gateway's word is never lost. */
async function hold(
  checkout: CheckoutContext,
  verified: VerifiedMessage,
  message: GatewayMessage,
  error: unknown,
): Promise<AppliedResult> {
  checkout.log.error({ err: error, ...targetOf(verified) }, "gateway result cannot be applied");
  return await recordUnapplicable(checkout, verified, message);
}

/**
 * The shortest way to record what most messages are: the plain success of an open session, or one told again.
 * It saves two looks at the database. Both of its calls answer undefined where the message is anything else,
 * or where what they took for granted does not hold: nothing is written then, and the careful way of
 * `applyGatewayResult` decides.
 */
interface FastCompletion {
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
function fastCompletion(checkout: CheckoutContext, message: GatewayMessage): FastCompletion {
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
      await checkout.checkpoint("result verified");
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
  { pathTargetId }: GatewayMessage,
): VerifiedMessage | undefined {
  const reference = parseAttemptReference(fieldText(fields, "transactionUnique"));
  if (reference?.kind !== "session") return undefined;
  if (pathTargetId !== undefined && pathTargetId !== reference.targetId) return undefined;
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
    const classification = await classifyRecorded(tx, session, classifyLocked(session, result));
    if (classification.outcome !== "completed") return "held" as const;
    if (session.status === "complete") return applied(classification, true);
    if (session.reversalStartedAt !== null) return "reversal started" as const;
    const stored = queueGatewayResult(checkout, clock, tx, row, classification);
    await checkout.checkpoint("result recorded");
    const received = { amount: session.amountTotal, currency: session.currency };
    await completeSession(checkout, clock, tx, session, { result, received, stored });
    return applied(classification, false);
  });
  return done ?? "no such session";
}

/** Where the error comes again on the careful way, that logs it as one. */
function miss({ metrics, log }: CheckoutContext, why: FastCompletionMiss, err?: unknown): undefined {
  metrics.fastCompletionMisses.inc({ why });
  log.debug({ why, err }, "a gateway result is applied by the careful path");
}

/** Counts and logs a result that is stored for good, and answers it. */
async function noteApplied(
  checkout: CheckoutContext,
  verified: VerifiedMessage,
  applied: AppliedResult,
): Promise<AppliedResult> {
  await checkout.checkpoint("result committed");
  if (!applied.replayed) countApplied(checkout, applied);
  logApplied(checkout, verified, applied);
  return applied;
}

/** What the message is about, for the log. */
function targetOf({ target, refund }: VerifiedMessage): object {
  return { session: target?.session?.id, payment: target?.intent?.id, refund: refund?.id };
}

function countApplied(
  { metrics }: CheckoutContext,
  { classification: { outcome, reason } }: AppliedResult,
): void {
  metrics.gatewayResults.inc({ outcome, reason: reason ?? "" });
}

/** A held result is a warning: a person has to look at it. */
function logApplied(checkout: CheckoutContext, verified: VerifiedMessage, applied: AppliedResult): void {
  const { outcome, reason } = applied.classification;
  const line = {
    ...targetOf(verified),
    transaction: verified.result.transactionKey,
    code: verified.result.responseCode,
    outcome,
    reason,
    replayed: applied.replayed,
  };
  checkout.log[outcome === "held" ? "warn" : "info"](line, "gateway result applied");
}
