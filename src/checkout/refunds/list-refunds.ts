import { findRefund, listRefunds as listRows, type RefundRow } from "../../db/tables/refunds.js";
import type { Owner } from "../../domain/merchant-scope.js";
import { Refusal } from "../../domain/refusal.js";
import type { Checkout } from "../context.js";
import { type Page, pageOfRows, type PageRequest, rowsToRead } from "../page.js";

/** Lists an owner's refunds, the newest first: all, or those of one payment. */
export async function listRefunds(
  checkout: Checkout,
  owner: Owner,
  paymentIntentId: string | undefined,
  page: PageRequest,
): Promise<Page<RefundRow>> {
  await requireCursor(checkout, owner, page.startingAfter, "starting_after");
  await requireCursor(checkout, owner, page.endingBefore, "ending_before");
  const rows = await listRows(checkout.db.manager, owner, paymentIntentId, rowsToRead(page));
  return pageOfRows(rows, page);
}

async function requireCursor(
  checkout: Checkout,
  owner: Owner,
  id: string | undefined,
  param: string,
): Promise<void> {
  if (id === undefined) return;
  const refund = await findRefund(checkout.db.manager, id);
  if (refund?.merchantId === owner.merchantId && refund.livemode === owner.livemode) return;
  throw new Refusal("CURSOR_NOT_FOUND", `No such refund: ${id}.`, param);
}
