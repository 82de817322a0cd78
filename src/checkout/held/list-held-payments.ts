import {
  findHeldPayment,
  type HeldPaymentRow,
  listHeldPayments as listRows,
} from "../../db/tables/held-payments.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import type { CheckoutContext } from "../context.js";
import { listPage, type Page, type PageRequest } from "../page.js";

/** Lists a merchant's held payments, the newest first: all, or only the resolved or unresolved ones. */
export async function listHeldPayments(
  checkout: CheckoutContext,
  scope: MerchantScope,
  resolved: boolean | undefined,
  page: PageRequest,
): Promise<Page<HeldPaymentRow>> {
  const { manager } = checkout.db;
  return await listPage(scope, page, {
    noun: "held payment",
    find: (id) => findHeldPayment(manager, id),
    read: (rows) => listRows(manager, scope, resolved, rows),
  });
}
