import { findPaymentMethod, type PaymentMethodRow } from "../../db/tables/payment-methods.js";
import type { Owner } from "../../domain/merchant-scope.js";
import { Refusal } from "../../domain/refusal.js";
import type { Checkout } from "../context.js";

/** Reads a payment method. Another owner's does not exist. */
export async function getPaymentMethod(
  checkout: Checkout,
  owner: Owner,
  id: string,
): Promise<PaymentMethodRow> {
  const method = await findPaymentMethod(checkout.db.manager, id);
  if (method?.merchantId === owner.merchantId && method.livemode === owner.livemode) return method;
  throw new Refusal("PAYMENT_METHOD_NOT_FOUND", `No such payment method: ${id}.`, "id");
}
