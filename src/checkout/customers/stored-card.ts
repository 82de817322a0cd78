import type { PaymentMethodRow } from "../../db/tables/payment-methods.js";
import type { BillingDetails } from "../../domain/charge-details.js";
import type { GatewayResult } from "../../domain/gateway-result.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import type { CheckoutContext } from "../context.js";

/**
 * What a result shows of its card, as it is stored: who paid only sealed, and what the card looks like only
 * as a hash.
 */
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

/** Who paid with a card. Null where the gateway told nothing of that. */
export function storedBilling(
  { sealer }: CheckoutContext,
  { merchantId, livemode, billingSealed }: PaymentMethodRow,
): BillingDetails | null {
  if (billingSealed === null) return null;
  const text = sealer.open(billingSealed, { merchantId, livemode, purpose: "billing-details" });
  return JSON.parse(text) as BillingDetails;
}
