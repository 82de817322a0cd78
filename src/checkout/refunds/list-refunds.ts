import { findRefund, listRefunds as listRows, type RefundRow } from "../../db/tables/refunds.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { Refusal } from "../../domain/refusal.js";
import type { CheckoutContext } from "../context.js";
import { type Page, pageOfRows, type PageRequest, rowsToRead } from "../page.js";

/** Lists a merchant's refunds, the newest first: all, or those of one payment. */
export async function listRefunds(
  checkout: CheckoutContext,
  scope: MerchantScope,
  paymentIntentId: string | undefined,
  page: PageRequest,
): Promise<Page<RefundRow>> {
  await requireCursor(checkout, scope, page.startingAfter, "starting_after");
  await requireCursor(checkout, scope, page.endingBefore, "ending_before");
  const rows = await listRows(checkout.db.manager, scope, paymentIntentId, rowsToRead(page));
  return pageOfRows(rows, page);
}

async function requireCursor(
  checkout: CheckoutContext,
  scope: MerchantScope,
  id: string | undefined,
  param: string,
): Promise<void> {
  if (id === undefined) return;
  const refund = await findRefund(checkout.db.manager, id);
  if (refund?.merchantId === scope.merchantId && refund.livemode === scope.livemode) return;
  throw new Refusal("CURSOR_NOT_FOUND", `No such refund: ${id}.`, param);
}
