import {
  findPaymentMethod,
  listPaymentMethods as listRows,
  type PaymentMethodRow,
} from "../../db/tables/payment-methods.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { Refusal } from "../../domain/refusal.js";
import type { CheckoutContext } from "../context.js";
import { getCustomer, refuseIfDeleted } from "./get-customer.js";
import { type Page, pageOfRows, type PageRequest, rowsToRead } from "../page.js";

/** Lists the payment methods that are attached to a customer, the newest first. */
export async function listPaymentMethods(
  checkout: CheckoutContext,
  scope: MerchantScope,
  customerId: string,
  page: PageRequest,
): Promise<Page<PaymentMethodRow>> {
  refuseIfDeleted(await getCustomer(checkout, scope, customerId, "customer"), "customer");
  await requireCursor(checkout, scope, page.startingAfter, "starting_after");
  await requireCursor(checkout, scope, page.endingBefore, "ending_before");
  return pageOfRows(await listRows(checkout.db.manager, scope, customerId, rowsToRead(page)), page);
}

/** A page may begin at a method that was detached meanwhile. */
async function requireCursor(
  checkout: CheckoutContext,
  scope: MerchantScope,
  id: string | undefined,
  param: string,
): Promise<void> {
  if (id === undefined) return;
  const method = await findPaymentMethod(checkout.db.manager, id);
  if (method?.merchantId === scope.merchantId && method.livemode === scope.livemode) return;
  throw new Refusal("CURSOR_NOT_FOUND", `No such payment method: ${id}.`, param);
}
