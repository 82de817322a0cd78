import {
  findPaymentIntent,
  listPaymentIntents as listRows,
  type PaymentIntentFilter,
  type PaymentIntentRow,
} from "../../db/tables/payment-intents.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { Refusal } from "../../domain/refusal.js";
import type { CheckoutContext } from "../context.js";
import { type Page, pageOfRows, type PageRequest, rowsToRead } from "../page.js";

/** Lists a merchant's payments, the newest first: all, a customer's, or a session's. */
export async function listPaymentIntents(
  checkout: CheckoutContext,
  scope: MerchantScope,
  filter: PaymentIntentFilter,
  page: PageRequest,
): Promise<Page<PaymentIntentRow>> {
  await requireCursor(checkout, scope, page.startingAfter, "starting_after");
  await requireCursor(checkout, scope, page.endingBefore, "ending_before");
  return pageOfRows(await listRows(checkout.db.manager, scope, filter, rowsToRead(page)), page);
}

async function requireCursor(
  checkout: CheckoutContext,
  scope: MerchantScope,
  id: string | undefined,
  param: string,
): Promise<void> {
  if (id === undefined) return;
  const intent = await findPaymentIntent(checkout.db.manager, id);
  if (intent?.merchantId === scope.merchantId && intent.livemode === scope.livemode) return;
  throw new Refusal("CURSOR_NOT_FOUND", `No such payment intent: ${id}.`, param);
}
