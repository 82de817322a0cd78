import type { EntityManager } from "typeorm";

import type { MerchantScope } from "../../domain/merchant-scope.js";
import type { ListPage } from "../query/list-page.js";
import { pageQuery } from "../query/list-query.js";
import { type PaymentMethodRow, paymentMethods } from "./payment-methods.js";

/**
 * One page of a customer's payment methods by age: the newest first, or after `newerThan` the oldest first.
 */
export async function listPaymentMethods(
  db: EntityManager,
  scope: MerchantScope,
  customerId: string,
  page: ListPage,
): Promise<PaymentMethodRow[]> {
  const index = "merchant_id_livemode_customer_id_id";
  return await pageQuery(db, { rows: paymentMethods, alias: "m", index }, scope, page)
    .andWhere("m.customerId = :customerId", { customerId })
    .getMany();
}
