import { findPaymentMethod } from "../../db/tables/payment-methods.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { Refusal } from "../../domain/refusal.js";
import type { CheckoutContext } from "../context.js";
import { requireCustomer } from "../customers/get-customer.js";

/** A stored card, ready to be charged. */
interface ChargeableCard {
  readonly customerId: string;
  readonly paymentMethodId: string;
  /** The gateway's newest token for it, in plain text: kept for one request, never logged. */
  readonly xref: string;
}

/**
 * The card to charge for a customer, or without one for the customer that it belongs to. Throws a Refusal that names
 * the field if the card may not be charged.
 */
export async function chargeableCard(
  checkout: CheckoutContext,
  scope: MerchantScope,
  wantedCustomerId: string | null,
  paymentMethodId: string,
): Promise<ChargeableCard> {
  if (wantedCustomerId !== null) await requireCustomer(checkout, scope, wantedCustomerId);
  const method = await findPaymentMethod(checkout.db.manager, paymentMethodId);
  if (method?.merchantId !== scope.merchantId || method.livemode !== scope.livemode) {
    throw unusable(`No such payment method: ${paymentMethodId}.`);
  }
  if (method.customerId === null) throw unusable("This payment method is attached to no customer.");
  const { customerId } = method;
  if (customerId !== (wantedCustomerId ?? customerId)) {
    throw unusable("This payment method is another customer's.");
  }
  if (wantedCustomerId === null) await requireCustomer(checkout, scope, customerId);
  const { merchantId, livemode, xrefSealed } = method;
  if (xrefSealed === null || !method.reusable) {
    throw unusable(
      "This payment method cannot be charged again: the customer did not agree that the card is stored.",
    );
  }
  return {
    customerId,
    paymentMethodId,
    xref: checkout.sealer.open(xrefSealed, { merchantId, livemode, purpose: "xref" }),
  };
}

function unusable(message: string): Refusal {
  return new Refusal("PAYMENT_METHOD_UNUSABLE", message, "payment_method");
}
