import { changePaymentIntent, lockPaymentIntent } from "../../db/tables/payment-intents.js";
import type { Tx } from "../../db/transaction.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import {
  type CancellationReason,
  isAuthorization,
  mayRequest,
  type PaymentIntent,
  statusSaid,
} from "../../domain/payment-intent.js";
import { Refusal } from "../../domain/refusal.js";
import type { Clock } from "../../lib/clock.js";
import { answerRequest, requestAtGateway } from "../captures/request-at-gateway.js";
import type { PaymentAnswer } from "./charge-response.js";
import type { CheckoutContext } from "../context.js";
import { recordEvents } from "../events/record-events.js";
import { getPaymentIntent, viewPayment } from "../payments/payment-intents.js";
import { callWithoutKey, findPrevious, type IdempotentCall, runIdempotent } from "../idempotency.js";
import { merchantParts } from "../test-clock.js";

/**
 * Cancels a payment that was not confirmed, whose charge was declined, or that waits for its shopper; or one that is
 * authorized: then the gateway releases the card. A payment that may have been charged cannot be canceled.
 */
export async function cancelPaymentIntent(
  checkout: CheckoutContext,
  scope: MerchantScope,
  id: string,
  reason: CancellationReason | null,
  call: IdempotentCall | undefined,
): Promise<PaymentAnswer> {
  const before = await findPrevious(checkout, scope, call);
  const intent = await getPaymentIntent(checkout, scope, id);
  if (before !== undefined && before.objectId !== id)
    return await answerRequest(checkout, scope, id, "cancel", before);
  if (before === undefined && isAuthorization(intent)) {
    return await requestAtGateway(checkout, scope, id, call, "cancel", (locked) => {
      refuseUnlessCancelable(locked);
      return { amount: null, reason };
    });
  }
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

function refuseUnlessCancelable({ status }: PaymentIntent): void {
  if (mayRequest("cancel", status)) return;
  throw new Refusal(
    "PAYMENT_INTENT_STATE",
    `Only a payment intent that requires confirmation, a payment method, an action or capture can be canceled. This one is ${statusSaid(status)}.`,
    "id",
  );
}

async function cancel(
  checkout: CheckoutContext,
  clock: Clock,
  tx: Tx,
  id: string,
  cancellationReason: CancellationReason | null,
): Promise<void> {
  const intent = await lockPaymentIntent(tx, id);
  refuseUnlessCancelable(intent);
  if (isAuthorization(intent)) throw new Refusal("CONFLICT", "The payment was authorized meanwhile.");
  const now = clock.now();
  const change = { status: "canceled", canceledAt: now, cancellationReason } as const;
  recordEvents(checkout, tx, now, ["payment_intent.canceled", { ...intent, ...change }]);
  await changePaymentIntent(tx, id, change);
}
