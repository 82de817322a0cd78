import type { CheckoutContext } from "../context.js";
import type { AppliedResult } from "../gateway-messages/gateway-message.js";
import type { VerifiedMessage } from "../gateway-messages/verify-message.js";

/** Counts and logs a result that is stored for good, and answers it. */
export async function noteApplied(
  checkout: CheckoutContext,
  verified: VerifiedMessage,
  applied: AppliedResult,
): Promise<AppliedResult> {
  await checkout.reached("result committed");
  if (!applied.replayed) countApplied(checkout, applied);
  logApplied(checkout, verified, applied);
  return applied;
}

/** What the message is about, for the log. */
export function targetOf({ target, refund }: VerifiedMessage): object {
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
