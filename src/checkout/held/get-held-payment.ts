import { findHeldPayment, type HeldPaymentRow } from "../../db/tables/held-payments.js";
import type { HeldFacts } from "../../domain/held-payment.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { Refusal } from "../../domain/refusal.js";
import type { CheckoutContext } from "../context.js";

/** Reads a held payment. Throws a Refusal if it is absent or another merchant's. */
export async function getHeldPayment(
  checkout: CheckoutContext,
  scope: MerchantScope,
  id: string,
): Promise<HeldPaymentRow> {
  const held = await findHeldPayment(checkout.db.manager, id);
  if (held?.merchantId === scope.merchantId && held.livemode === scope.livemode) return held;
  throw new Refusal("HELD_PAYMENT_NOT_FOUND", `No such held payment: ${id}.`, "id");
}

/** The facts that decide which resolutions are possible. */
export function factsOf(held: HeldPaymentRow): HeldFacts {
  return {
    reason: held.heldReason,
    amount: held.amount,
    amountReceived: held.amountReceived,
    currencyCode: held.currencyCode,
    hasXref: held.xrefSealed !== null,
    isBeingReturned: held.reversalAction !== null,
  };
}
