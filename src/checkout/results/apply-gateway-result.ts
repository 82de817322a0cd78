import { type Field, MalformedMessage, parseFields } from "../../cardstream/fields.js";
import { DatabaseAway } from "../../db/engine/database.js";
import { mayPass } from "../../db/engine/database-errors.js";
import type { CheckoutContext } from "../context.js";
import type { AppliedResult, GatewayMessage, RefusedResult } from "../gateway-messages/gateway-message.js";
import { recordResult, recordUnapplicable } from "./record-result.js";
import { verifyFromCache } from "../gateway-messages/verify-from-cache.js";
import {
  type RefusedMessage,
  type VerifiedMessage,
  verifyMessage,
} from "../gateway-messages/verify-message.js";

/**
 * Applies the gateway's message about a payment. All messages come through here: callbacks and browsers'
 * posts, in any order and number.
 *
 * Once it returns `applied`, the result is stored for good. It throws if that is not possible now, such as
 * without the database: then the caller must not acknowledge the message.
 */
export async function applyGatewayResult(
  checkout: CheckoutContext,
  message: GatewayMessage,
): Promise<AppliedResult | RefusedResult> {
  const fields = parseMessage(message.body);
  if (fields === undefined) return refuse(checkout, message, "malformed");
  const ahead = verifyFromCache(checkout, fields, message);
  // If it cannot be applied on this assumption, it is applied again once the session's merchant is certain.
  const atOnce = ahead && (await applyVerified(checkout, ahead, message, () => Promise.resolve(undefined)));
  if (atOnce !== undefined) return atOnce;
  for (let look = 1; look <= LOOKS_MAX; look++) {
    const verified = await verifyMessage(checkout, fields, message);
    if (typeof verified === "string") return refuse(checkout, message, verified);
    const applied = await applyVerified(checkout, verified, message, hold);
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
  { via, pathSessionId }: GatewayMessage,
  why: RefusedMessage,
): RefusedResult {
  log.warn({ why, via, path: pathSessionId }, "gateway message refused");
  return { kind: "refused", why };
}

/** If repeating cannot help, `otherwise` decides what becomes of the result. */
async function applyVerified(
  checkout: CheckoutContext,
  verified: VerifiedMessage,
  message: GatewayMessage,
  otherwise: typeof hold,
): Promise<AppliedResult | undefined> {
  await checkout.reached("result verified");
  const applied = await recordResult(checkout, verified, message).catch((error: unknown) => {
    if (mayPass(error)) throw error;
    return otherwise(checkout, verified, message, error);
  });
  if (applied === undefined) return undefined;
  await checkout.reached("result committed");
  if (!applied.replayed) countApplied(checkout, applied);
  logApplied(checkout, verified, applied);
  return applied;
}

/** A result that took money is held for a person: the gateway's message is never lost. */
async function hold(
  checkout: CheckoutContext,
  verified: VerifiedMessage,
  message: GatewayMessage,
  error: unknown,
): Promise<AppliedResult | undefined> {
  checkout.log.error({ err: error, ...targetOf(verified) }, "gateway result cannot be applied");
  return await recordUnapplicable(checkout, verified, message);
}

function countApplied(
  { metrics }: CheckoutContext,
  { classification: { outcome, reason } }: AppliedResult,
): void {
  metrics.gatewayResults.inc({ outcome, reason: reason ?? "" });
}

/** A held result is logged as a warning: a person should look at it. */
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

function targetOf({ target, refund }: VerifiedMessage): object {
  return { session: target?.session?.id, payment: target?.intent?.id, refund: refund?.id };
}
