import { findPaymentMethod, type PaymentMethodRow } from "../../db/tables/payment-methods.js";
import type { BillingDetails } from "../../domain/gateway-result.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { Refusal } from "../../domain/refusal.js";
import type { CheckoutContext } from "../context.js";
import { getCustomer, refuseIfDeleted } from "./get-customer.js";

/** Reads a payment method. Throws a Refusal if it is absent or another merchant's. */
export async function getPaymentMethod(
  checkout: CheckoutContext,
  scope: MerchantScope,
  id: string,
): Promise<PaymentMethodRow> {
  const method = await findPaymentMethod(checkout.db.manager, id);
  if (method?.merchantId === scope.merchantId && method.livemode === scope.livemode) return method;
  throw new Refusal("PAYMENT_METHOD_NOT_FOUND", `No such payment method: ${id}.`, "id");
}

/** Reads a payment method that is attached to the customer. Throws a Refusal if there is none, or no such customer. */
export async function getCustomerPaymentMethod(
  checkout: CheckoutContext,
  scope: MerchantScope,
  customerId: string,
  id: string,
): Promise<PaymentMethodRow> {
  refuseIfDeleted(await getCustomer(checkout, scope, customerId, "customer"), "customer");
  const method = await getPaymentMethod(checkout, scope, id);
  if (method.customerId === customerId) return method;
  throw new Refusal("PAYMENT_METHOD_NOT_FOUND", `No such payment method of ${customerId}: ${id}.`, "id");
}

/** The billing details of a card, or of a session that was paid. Null if the gateway gave none. */
export function storedBilling(
  { sealer }: Pick<CheckoutContext, "sealer">,
  {
    merchantId,
    livemode,
    billingSealed,
  }: Pick<PaymentMethodRow, "merchantId" | "livemode" | "billingSealed">,
): BillingDetails | null {
  if (billingSealed === null) return null;
  const text = sealer.open(billingSealed, { merchantId, livemode, purpose: "billing-details" });
  return JSON.parse(text) as BillingDetails;
}
