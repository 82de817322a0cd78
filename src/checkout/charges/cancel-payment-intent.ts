import { changePaymentIntent, lockPaymentIntent } from "../../db/tables/payment-intents.js";
import type { Tx } from "../../db/transaction.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { type CancellationReason, mayMovePayment } from "../../domain/payment-intent.js";
import { Refusal } from "../../domain/refusal.js";
import type { Clock } from "../../lib/clock.js";
import type { PaymentAnswer } from "./charge-card.js";
import type { CheckoutContext } from "../context.js";
import { recordEvents } from "../events/record-events.js";
import { getPaymentIntent, viewPayment } from "../payments/payment-intents.js";
import { callWithoutKey, findPrevious, type IdempotentCall, runIdempotent } from "../idempotency.js";
import { merchantParts } from "../test-clock.js";

/**
 * Cancels a payment that was not confirmed, or whose charge was declined. A payment that may have been charged cannot
 * be canceled.
 */
export async function cancelPaymentIntent(
  checkout: CheckoutContext,
  scope: MerchantScope,
  id: string,
  reason: CancellationReason | null,
  call: IdempotentCall | undefined,
): Promise<PaymentAnswer> {
  const before = await findPrevious(checkout, scope, call);
  await getPaymentIntent(checkout, scope, id);
  const { replayed } =
    before ??
    (await runIdempotent(
      await merchantParts(checkout, scope),
      scope,
      call ?? callWithoutKey(checkout),
      id,
      (tx, _run, clock) => cancel(checkout, clock, tx, id, reason),
    ));
  // A canceled payment never changes again, so a replay gets the first answer.
  return { view: await viewPayment(checkout, await getPaymentIntent(checkout, scope, id)), replayed };
}

async function cancel(
  checkout: CheckoutContext,
  clock: Clock,
  tx: Tx,
  id: string,
  cancellationReason: CancellationReason | null,
): Promise<void> {
  const intent = await lockPaymentIntent(tx, id);
  const { status } = intent;
  if (!mayMovePayment(status, "canceled")) {
    throw new Refusal(
      "PAYMENT_INTENT_STATE",
      `Only a payment intent that requires confirmation or a payment method can be canceled. This one is ${status}.`,
      "id",
    );
  }
  const now = clock.now();
  const change = { status: "canceled", canceledAt: now, cancellationReason } as const;
  recordEvents(checkout, tx, now, ["payment_intent.canceled", { ...intent, ...change }]);
  await changePaymentIntent(tx, id, change);
}
