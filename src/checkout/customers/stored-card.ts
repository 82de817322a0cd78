import type { PaymentMethodRow } from "../../db/tables/payment-methods.js";
import type { BillingDetails, GatewayResult } from "../../domain/gateway-result.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import type { CheckoutContext } from "../context.js";

/** A result's card as it is stored: billing details only sealed, and the card's look only as a hash. */
export function cardToStore(
  { sealer }: CheckoutContext,
  { merchantId, livemode }: MerchantScope,
  { card, cardLook, billing }: GatewayResult,
): Pick<PaymentMethodRow, "fingerprint" | "billingSealed" | keyof GatewayResult["card"]> {
  const scope = { merchantId, livemode };
  return {
    ...card,
    fingerprint:
      cardLook === null ? null : sealer.fingerprint(cardLook, { ...scope, purpose: "card-fingerprint" }),
    billingSealed:
      billing === null
        ? null
        : sealer.seal(JSON.stringify(billing), { ...scope, purpose: "billing-details" }),
  };
}

/** The billing details of a card. Null if the gateway gave none. */
export function storedBilling(
  { sealer }: CheckoutContext,
  { merchantId, livemode, billingSealed }: PaymentMethodRow,
): BillingDetails | null {
  if (billingSealed === null) return null;
  const text = sealer.open(billingSealed, { merchantId, livemode, purpose: "billing-details" });
  return JSON.parse(text) as BillingDetails;
}
