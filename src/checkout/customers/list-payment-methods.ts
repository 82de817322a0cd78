import {
  findPaymentMethod,
  listPaymentMethods as listRows,
  type PaymentMethodRow,
} from "../../db/tables/payment-methods.js";
import type { Owner } from "../../domain/merchant-scope.js";
import { Refusal } from "../../domain/refusal.js";
import type { Checkout } from "../context.js";
import { getCustomer, refuseIfDeleted } from "./get-customer.js";
import { type Page, pageOfRows, type PageRequest, rowsToRead } from "../page.js";

/** Lists the payment methods that are attached to a customer, the newest first. */
export async function listPaymentMethods(
  checkout: Checkout,
  owner: Owner,
  customerId: string,
  page: PageRequest,
): Promise<Page<PaymentMethodRow>> {
  refuseIfDeleted(await getCustomer(checkout, owner, customerId, "customer"), "customer");
  await requireCursor(checkout, owner, page.startingAfter, "starting_after");
  await requireCursor(checkout, owner, page.endingBefore, "ending_before");
  return pageOfRows(await listRows(checkout.db.manager, owner, customerId, rowsToRead(page)), page);
}

/** One that was detached meanwhile may still say where a page begins. */
async function requireCursor(
  checkout: Checkout,
  owner: Owner,
  id: string | undefined,
  param: string,
): Promise<void> {
  if (id === undefined) return;
  const method = await findPaymentMethod(checkout.db.manager, id);
  if (method?.merchantId === owner.merchantId && method.livemode === owner.livemode) return;
  throw new Refusal("CURSOR_NOT_FOUND", `No such payment method: ${id}.`, param);
}
