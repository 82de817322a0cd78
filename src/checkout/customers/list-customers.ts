import { listCustomers as listRows } from "../../db/tables/customer-list.js";
import { findCustomer } from "../../db/tables/customers.js";
import type { Customer } from "../../domain/customer.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import type { CheckoutContext } from "../context.js";
import { listPage, type Page, type PageRequest } from "../page.js";

/**
 * Lists a merchant's customers, all or those with one email address, the newest first. A page may begin at a deleted
 * one.
 */
export async function listCustomers(
  checkout: CheckoutContext,
  scope: MerchantScope,
  page: PageRequest,
  email: string | undefined,
): Promise<Page<Customer>> {
  const { manager } = checkout.db;
  return await listPage(scope, page, {
    noun: "customer",
    find: (id) => findCustomer(manager, scope, id),
    read: ({ limit }, from) => listRows(manager, scope, { ...from, limit, email }),
  });
}
