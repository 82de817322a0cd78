import {
  findHeldPayment,
  type HeldPaymentRow,
  listHeldPayments as listRows,
} from "../../db/tables/held-payments.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { Refusal } from "../../domain/refusal.js";
import type { CheckoutContext } from "../context.js";
import { type Page, pageOfRows, type PageRequest, rowsToRead } from "../page.js";

/** Lists a merchant's held payments, the newest first: all, or only the resolved or unresolved ones. */
export async function listHeldPayments(
  checkout: CheckoutContext,
  scope: MerchantScope,
  resolved: boolean | undefined,
  page: PageRequest,
): Promise<Page<HeldPaymentRow>> {
  await requireCursor(checkout, scope, page.startingAfter, "starting_after");
  await requireCursor(checkout, scope, page.endingBefore, "ending_before");
  return pageOfRows(await listRows(checkout.db.manager, scope, resolved, rowsToRead(page)), page);
}

async function requireCursor(
  checkout: CheckoutContext,
  scope: MerchantScope,
  id: string | undefined,
  param: string,
): Promise<void> {
  if (id === undefined) return;
  const held = await findHeldPayment(checkout.db.manager, id);
  if (held?.merchantId === scope.merchantId && held.livemode === scope.livemode) return;
  throw new Refusal("CURSOR_NOT_FOUND", `No such held payment: ${id}.`, param);
}
