import { findRefund, type RefundRow } from "../../db/tables/refunds.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { Refusal } from "../../domain/refusal.js";
import type { CheckoutContext } from "../context.js";

/** Reads a refund. Throws a Refusal if it is absent or another merchant's. */
export async function getRefund(
  checkout: CheckoutContext,
  scope: MerchantScope,
  id: string,
): Promise<RefundRow> {
  const refund = await findRefund(checkout.db.manager, id);
  if (refund?.merchantId === scope.merchantId && refund.livemode === scope.livemode) return refund;
  throw new Refusal("REFUND_NOT_FOUND", `No such refund: ${id}.`, "id");
}
