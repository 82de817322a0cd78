import {
  listPaymentIntents as listRows,
  type PaymentIntentFilter,
} from "../../db/tables/payment-intent-list.js";
import { findPaymentIntent, type PaymentIntentRow } from "../../db/tables/payment-intents.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import type { CheckoutContext } from "../context.js";
import { listPage, type Page, type PageRequest } from "../page.js";

/** Lists a merchant's payments, the newest first: all, a customer's, or a session's. */
export async function listPaymentIntents(
  checkout: CheckoutContext,
  scope: MerchantScope,
  filter: PaymentIntentFilter,
  page: PageRequest,
): Promise<Page<PaymentIntentRow>> {
  const { manager } = checkout.db;
  return await listPage(scope, page, {
    noun: "payment intent",
    find: (id) => findPaymentIntent(manager, id),
    read: (rows) => listRows(manager, scope, filter, rows),
  });
}
