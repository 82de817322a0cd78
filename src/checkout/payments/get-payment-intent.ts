import { findPaymentIntent, type PaymentIntentRow } from "../../db/tables/payment-intents.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { Refusal } from "../../domain/refusal.js";
import type { CheckoutContext } from "../context.js";

/**
 * Reads a payment. Throws a Refusal if it is absent or another merchant's; `param` is the field that named
 * it.
 */
export async function getPaymentIntent(
  checkout: CheckoutContext,
  scope: MerchantScope,
  id: string,
  param = "id",
): Promise<PaymentIntentRow> {
  const intent = await findPaymentIntent(checkout.db.manager, id);
  if (intent?.merchantId === scope.merchantId && intent.livemode === scope.livemode) return intent;
  throw new Refusal("PAYMENT_INTENT_NOT_FOUND", `No such payment intent: ${id}.`, param);
}
