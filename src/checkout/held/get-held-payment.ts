import { findHeldPayment, type HeldPaymentRow } from "../../db/tables/held-payments.js";
import type { HeldFacts } from "../../domain/held-payment.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { Refusal } from "../../domain/refusal.js";
import type { CheckoutContext } from "../context.js";

/** Reads a held payment. Another owner's does not exist. */
export async function getHeldPayment(
  checkout: CheckoutContext,
  scope: MerchantScope,
  id: string,
): Promise<HeldPaymentRow> {
  const held = await findHeldPayment(checkout.db.manager, id);
  if (held?.merchantId === scope.merchantId && held.livemode === scope.livemode) return held;
  throw new Refusal("HELD_PAYMENT_NOT_FOUND", `No such held payment: ${id}.`, "id");
}

/** What decides what can be done about a held payment. */
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
