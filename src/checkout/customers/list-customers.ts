import { findCustomer, listCustomers as listRows } from "../../db/tables/customers.js";
import type { Customer } from "../../domain/customer.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { Refusal } from "../../domain/refusal.js";
import type { CheckoutContext } from "../context.js";
import { type Page, pageOfRows, type PageRequest } from "../page.js";

/** Lists a merchant's customers, the newest first. A page may begin at a deleted one. */
export async function listCustomers(
  checkout: CheckoutContext,
  scope: MerchantScope,
  page: PageRequest,
): Promise<Page<Customer>> {
  const olderThan = await cursor(checkout, scope, page.startingAfter, "starting_after");
  const newerThan = await cursor(checkout, scope, page.endingBefore, "ending_before");
  const rows = await listRows(checkout.db.manager, scope, { olderThan, newerThan, limit: page.limit + 1 });
  return pageOfRows(rows, page);
}

async function cursor(
  checkout: CheckoutContext,
  scope: MerchantScope,
  id: string | undefined,
  param: string,
): Promise<Customer | undefined> {
  if (id === undefined) return undefined;
  const customer = await findCustomer(checkout.db.manager, scope, id);
  if (customer !== undefined) return customer;
  throw new Refusal("CURSOR_NOT_FOUND", `No such customer: ${id}.`, param);
}
