import { findHeldPayment, type HeldPaymentRow } from "../../db/tables/held-payments.js";
import type { HeldFacts } from "../../domain/held-payment.js";
import type { Owner } from "../../domain/merchant-scope.js";
import { Refusal } from "../../domain/refusal.js";
import type { Checkout } from "../context.js";

/** Reads a held payment. Another owner's does not exist. */
export async function getHeldPayment(checkout: Checkout, owner: Owner, id: string): Promise<HeldPaymentRow> {
  const held = await findHeldPayment(checkout.db.manager, id);
  if (held?.merchantId === owner.merchantId && held.livemode === owner.livemode) return held;
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
    isBeingReturned: held.returnRequest !== null,
  };
}
