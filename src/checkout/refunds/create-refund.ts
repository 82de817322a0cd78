import { addRefunded, lockPaymentIntent } from "../../db/tables/payment-intents.js";
import { findRefund, insertRefund, type RefundRow } from "../../db/tables/refunds.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { amountToRefund, type Refund, type RefundReason } from "../../domain/refund.js";
import { Refusal } from "../../domain/refusal.js";
import { stoppedAt } from "../../lib/clock.js";
import { newId } from "../../lib/ids.js";
import type { CheckoutContext } from "../context.js";
import { recordEvents } from "../events/record-events.js";
import { findPrevious, type PreviousCall, type IdempotentCall, runIdempotent } from "../idempotency.js";
import { getPaymentIntent } from "../payments/payment-intents.js";
import { clockOf } from "../test-clock.js";
import { workPatiently } from "../work-patiently.js";
import { processRefunds } from "./process-refunds.js";
import { LEASE_MS } from "./reversal.js";

/** The refund that a merchant requests. */
export interface RefundOrder {
  readonly paymentIntentId: string;
  /** In minor units; null for the whole amount left. */
  readonly amount: number | null;
  readonly reason: RefundReason | null;
  readonly metadata: Readonly<Record<string, string>>;
}

/** A refund as a call answers it; `replayed` if an earlier call with its idempotency key created it. */
export interface AnsweredRefund {
  readonly refund: Refund;
  readonly replayed: boolean;
}

/**
 * Refunds a payment, once for each idempotency key: reserves the amount in one transaction, then processes
 * the payment's refunds until this one has ended or has to wait. A refund that takes longer than the caller
 * waits is answered as pending, and is processed in the background.
 */
export async function createRefund(
  checkout: CheckoutContext,
  scope: MerchantScope,
  order: RefundOrder,
  call: IdempotentCall | undefined,
): Promise<AnsweredRefund> {
  const before = await findPrevious(checkout, scope, call);
  const { objectId, replayed } = before ?? (await reserve(checkout, scope, order, call));
  if (!replayed) {
    await checkout.checkpoint("refund recorded");
    await workPatiently(
      checkout,
      { refund: objectId },
      {
        process: () => processRefunds(checkout, order.paymentIntentId),
        isOver: async () => (await findRefund(checkout.db.manager, objectId))?.status !== "pending",
      },
    );
  }
  return { refund: await getRefund(checkout, scope, objectId), replayed };
}

async function reserve(
  checkout: CheckoutContext,
  scope: MerchantScope,
  order: RefundOrder,
  call: IdempotentCall | undefined,
): Promise<PreviousCall> {
  const { paymentIntentId, amount, reason, metadata } = order;
  await getPaymentIntent(checkout, scope, paymentIntentId, "payment_intent");
  const now = (await clockOf(checkout, scope)).now();
  const id = newId("re", now);
  return await runIdempotent(
    { db: checkout.db, merchantClock: stoppedAt(now) },
    scope,
    call,
    id,
    async (tx, { again }) => {
      const intent = await lockPaymentIntent(tx, paymentIntentId);
      if (again && (await findRefund(tx, id)) !== undefined) return;
      const { currency } = intent;
      const start = { id, ...scope, paymentIntentId, currency, reason, metadata, createdAt: now };
      const refund = {
        ...start,
        amount: amountToRefund(intent, amount),
        status: "pending",
        failure: null,
      } as const;
      await addRefunded(tx, paymentIntentId, refund.amount);
      await insertRefund(tx, refund, now + LEASE_MS);
      recordEvents(checkout, tx, now, ["refund.created", refund]);
    },
  );
}

/** Reads a refund. Throws a Refusal if it is absent or another merchant's. */
export async function getRefund(
  checkout: CheckoutContext,
  scope: MerchantScope,
  id: string,
): Promise<RefundRow> {
  const refund = await findRefund(checkout.db.manager, id);
  if (refund?.merchantId === scope.merchantId && refund.livemode === scope.livemode) return refund;
  throw new Refusal("REFUND_NOT_FOUND", `No such refund: ${id}.`, "id");
}
