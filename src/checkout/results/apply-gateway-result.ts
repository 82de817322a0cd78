import { type Field, MalformedMessage, parseFields } from "../../cardstream/fields.js";
import { DatabaseAway } from "../../db/engine/database.js";
import { mayPass } from "../../db/engine/database-errors.js";
import type { CheckoutContext } from "../context.js";
import type { AppliedResult, GatewayMessage, RefusedResult } from "../gateway-messages/gateway-message.js";
import { type FastCompletion, fastCompletion } from "./fast-completion.js";
import { noteApplied, targetOf } from "./note-applied.js";
import { recordSessionResult, recordUnapplicable } from "./record-session-result.js";
import {
  type RefusedMessage,
  type VerifiedMessage,
  verifyMessage,
} from "../gateway-messages/verify-message.js";

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
  { via, pathSessionId }: GatewayMessage,
  why: RefusedMessage,
): RefusedResult {
  log.warn({ why, via, path: pathSessionId }, "gateway message refused");
  return { kind: "refused", why };
}

async function applyVerified(
  checkout: CheckoutContext,
  fast: FastCompletion,
  verified: VerifiedMessage,
  message: GatewayMessage,
): Promise<AppliedResult | undefined> {
  await checkout.reached("result verified");
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
