import { mayPass } from "../db/database-errors.js";
import type { Checkout } from "./checkout.js";
import type { AppliedResult, GatewayMessage, RefusedResult } from "./gateway-message.js";
import { recordResult, recordUnapplicable } from "./record-result.js";
import { type VerifiedMessage, verifyMessage } from "./verify-message.js";

/**
 * Applies what the gateway says became of a payment. The only way in: callbacks and browsers, in any order and any number,
 * come through here.
 *
 * When it answers `applied`, the result is stored for good. It throws where that cannot be done for now, such as without
 * the database: the caller must not acknowledge the message then.
 */
export async function applyGatewayResult(
  checkout: Checkout,
  message: GatewayMessage,
): Promise<AppliedResult | RefusedResult> {
  const verified = await verifyMessage(checkout, message);
  if (typeof verified === "string") {
    const line = { why: verified, via: message.via, path: message.pathSessionId };
    checkout.log.warn(line, "gateway message refused");
    return { kind: "refused", why: verified };
  }
  await checkout.reached("result verified");
  const applied = await recordForGood(checkout, verified, message);
  await checkout.reached("result committed");
  if (!applied.replayed) countApplied(checkout, applied);
  logApplied(checkout, verified, applied);
  return applied;
}

/** Where a retry will not cure it, money that was taken is held for a person: the gateway's word is never lost. */
async function recordForGood(
  checkout: Checkout,
  verified: VerifiedMessage,
  message: GatewayMessage,
): Promise<AppliedResult> {
  try {
    return await recordResult(checkout, verified, message);
  } catch (error) {
    if (mayPass(error)) throw error;
    checkout.log.error({ err: error, ...subjectOf(verified) }, "gateway result cannot be applied");
    return await recordUnapplicable(checkout, verified, message);
  }
}

function countApplied({ metrics }: Checkout, { judgement: { outcome, reason } }: AppliedResult): void {
  metrics.gatewayResults.inc({ outcome, reason: reason ?? "" });
}

/** Whatever waits for a person is a warning: somebody should look. */
function logApplied(checkout: Checkout, verified: VerifiedMessage, applied: AppliedResult): void {
  const { outcome, reason } = applied.judgement;
  const line = {
    ...subjectOf(verified),
    transaction: verified.result.transactionKey,
    code: verified.result.responseCode,
    outcome,
    reason,
    replayed: applied.replayed,
  };
  checkout.log[outcome === "held" ? "warn" : "info"](line, "gateway result applied");
}

function subjectOf({ subject, refund }: VerifiedMessage): object {
  return { session: subject?.session?.id, payment: subject?.intent?.id, refund: refund?.id };
}
