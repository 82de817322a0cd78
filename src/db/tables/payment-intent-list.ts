import type { EntityManager } from "typeorm";

import type { MerchantScope } from "../../domain/merchant-scope.js";
import { isCustomerId, isId } from "../../lib/ids.js";
import type { ListPage } from "../query/list-page.js";
import { pageQuery } from "../query/list-query.js";
import { type PaymentIntentRow, paymentIntents } from "./payment-intents.js";

/** Which payments to list; an undefined field filters nothing. */
export interface PaymentIntentFilter {
  readonly customerId?: string | undefined;
  readonly sessionId?: string | undefined;
}

/** One page of a merchant's payments by age: the newest first, or after `newerThan` the oldest first. */
export async function listPaymentIntents(
  db: EntityManager,
  scope: MerchantScope,
  { customerId, sessionId }: PaymentIntentFilter,
  page: ListPage,
): Promise<PaymentIntentRow[]> {
  if (customerId !== undefined && !isCustomerId(customerId)) return [];
  if (sessionId !== undefined && !isId("cs", sessionId)) return [];
  const query = pageQuery(
    db,
    { rows: paymentIntents, alias: "i", index: indexFor({ customerId, sessionId }) },
    scope,
    page,
  );
  if (customerId !== undefined) query.andWhere("i.customerId = :customerId", { customerId });
  if (sessionId !== undefined) query.andWhere("i.sessionId = :sessionId", { sessionId });
  return await query.getMany();
}

function indexFor({ customerId, sessionId }: PaymentIntentFilter): string | undefined {
  if (sessionId !== undefined) return undefined;
  return customerId === undefined ? "merchant_id_livemode_id" : "merchant_id_livemode_customer_id_id";
}
