import { listPaymentMethods as listRows } from "../../db/tables/payment-method-list.js";
import { findPaymentMethod, type PaymentMethodRow } from "../../db/tables/payment-methods.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import type { CheckoutContext } from "../context.js";
import { getCustomer, refuseIfDeleted } from "./get-customer.js";
import { listPage, type Page, type PageRequest } from "../page.js";

/** Lists the payment methods that are attached to a customer, the newest first. A page may begin at a detached one. */
export async function listPaymentMethods(
  checkout: CheckoutContext,
  scope: MerchantScope,
  customerId: string,
  page: PageRequest,
): Promise<Page<PaymentMethodRow>> {
  refuseIfDeleted(await getCustomer(checkout, scope, customerId, "customer"), "customer");
  const { manager } = checkout.db;
  return await listPage(scope, page, {
    noun: "payment method",
    find: (id) => findPaymentMethod(manager, id),
    read: (rows) => listRows(manager, scope, customerId, rows),
  });
}
