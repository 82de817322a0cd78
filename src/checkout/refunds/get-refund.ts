import { findRefund, type RefundRow } from "../../db/tables/refunds.js";
import type { Owner } from "../../domain/merchant-scope.js";
import { Refusal } from "../../domain/refusal.js";
import type { Checkout } from "../context.js";

/** Reads a refund. Another owner's does not exist. */
export async function getRefund(checkout: Checkout, owner: Owner, id: string): Promise<RefundRow> {
  const refund = await findRefund(checkout.db.manager, id);
  if (refund?.merchantId === owner.merchantId && refund.livemode === owner.livemode) return refund;
  throw new Refusal("REFUND_NOT_FOUND", `No such refund: ${id}.`, "id");
}
