import { findPaymentIntent, type PaymentIntentRow } from "../../db/tables/payment-intents.js";
import type { Owner } from "../../domain/merchant-scope.js";
import { Refusal } from "../../domain/refusal.js";
import type { Checkout } from "../context.js";

/** Reads a payment. Another owner's does not exist. `param` is the field that named it. */
export async function getPaymentIntent(
  checkout: Checkout,
  owner: Owner,
  id: string,
  param = "id",
): Promise<PaymentIntentRow> {
  const intent = await findPaymentIntent(checkout.db.manager, id);
  if (intent?.merchantId === owner.merchantId && intent.livemode === owner.livemode) return intent;
  throw new Refusal("PAYMENT_INTENT_NOT_FOUND", `No such payment intent: ${id}.`, param);
}
