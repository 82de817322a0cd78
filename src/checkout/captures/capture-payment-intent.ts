import { amountToCapture } from "../../domain/captures/authorization.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { mayRequest, statusSaid } from "../../domain/payment-intent.js";
import { Refusal } from "../../domain/refusal.js";
import type { CheckoutContext } from "../context.js";
import { findPrevious, type IdempotentCall } from "../idempotency.js";
import { getPaymentIntent } from "../payments/payment-intents.js";
import { type AnsweredPayment, answerRequest, requestAtGateway } from "./request-at-gateway.js";

/**
 * Captures an authorized payment, all of it or less, once for each idempotency key. There is one capture: what is not
 * captured is released. Of a capture and a cancellation at once, the first to lock the payment is made, and the other
 * one refused.
 */
export async function capturePaymentIntent(
  checkout: CheckoutContext,
  scope: MerchantScope,
  id: string,
  wanted: number | null,
  call: IdempotentCall | undefined,
): Promise<AnsweredPayment> {
  const before = await findPrevious(checkout, scope, call);
  await getPaymentIntent(checkout, scope, id);
  if (before !== undefined) return await answerRequest(checkout, scope, id, "capture", before);
  return await requestAtGateway(checkout, scope, id, call, "capture", (intent) => {
    if (!mayRequest("capture", intent.status)) {
      const message = `Only a payment intent that requires capture can be captured. This one is ${statusSaid(intent.status)}.`;
      throw new Refusal("PAYMENT_INTENT_STATE", message, "id");
    }
    return { amount: amountToCapture(intent, wanted), reason: null };
  });
}
