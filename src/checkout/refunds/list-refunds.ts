import { findRefund, listRefunds as listRows, type RefundRow } from "../../db/tables/refunds.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import type { CheckoutContext } from "../context.js";
import { listPage, type Page, type PageRequest } from "../page.js";

/** Lists a merchant's refunds, the newest first: all, or those of one payment. */
export async function listRefunds(
  checkout: CheckoutContext,
  scope: MerchantScope,
  paymentIntentId: string | undefined,
  page: PageRequest,
): Promise<Page<RefundRow>> {
  const { manager } = checkout.db;
  return await listPage(scope, page, {
    noun: "refund",
    find: (id) => findRefund(manager, id),
    read: (rows) => listRows(manager, scope, paymentIntentId, rows),
  });
}
