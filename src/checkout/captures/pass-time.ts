import { lockPaymentIntent } from "../../db/tables/payment-intents.js";
import {
  changePendingCapture,
  lockPendingCapture,
  type PendingCaptureRow,
} from "../../db/tables/pending-captures.js";
import { inTransaction } from "../../db/transaction.js";
import { nextStepAt, standingAt } from "../../domain/captures/authorization.js";
import { EXPIRING } from "../../domain/payment-intent.js";
import { newId } from "../../lib/ids.js";
import type { CheckoutContext } from "../context.js";
import { recordEvents } from "../events/record-events.js";
import { clockOf } from "../test-clock.js";
import { beginRequest } from "./request-at-gateway.js";

/**
 * What the passing of time does to an authorization that stands: its merchant is told once that it is about to lapse;
 * and when it has, its release is requested, since the issuer does not grant it any more and nothing may be captured of
 * it. Does nothing while a request is under way.
 */
export async function passTime(
  checkout: CheckoutContext,
  { paymentIntentId: id, merchantId, livemode }: PendingCaptureRow,
): Promise<void> {
  const clock = await clockOf(checkout, { merchantId, livemode });
  const now = await clock.read();
  await inTransaction(checkout.db, "READ COMMITTED", async (tx) => {
    const intent = await lockPaymentIntent(tx, id);
    const pending = await lockPendingCapture(tx, id);
    if (pending === undefined || pending.request !== null) return;
    const standing = standingAt(pending, now);
    if (standing === "lapsed") {
      const wanted = { request: "cancel", amount: null, reason: "expired" } as const;
      await beginRequest(tx, intent, wanted, { requestId: newId("call", now), now });
      return;
    }
    const warnedAt = standing === "expiring" ? now : pending.warnedAt;
    if (standing === "expiring") recordEvents(checkout, tx, now, [EXPIRING, intent]);
    await changePendingCapture(tx, id, { warnedAt, nextStepAt: nextStepAt({ ...pending, warnedAt }) });
  });
}
