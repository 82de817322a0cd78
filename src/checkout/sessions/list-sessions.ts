import { listCheckoutSessions, type SessionFilter } from "../../db/tables/checkout-session-list.js";
import { findCheckoutSession } from "../../db/tables/checkout-sessions.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { Refusal } from "../../domain/refusal.js";
import { asOf, type CheckoutSession } from "../../domain/session.js";
import type { CheckoutContext } from "../context.js";
import { type Page, pageOfRows, type PageRequest, rowsToRead } from "../page.js";
import { clockOf } from "../test-clock.js";

/** Lists a merchant's sessions as they are now, the newest first. */
export async function listSessions(
  checkout: CheckoutContext,
  scope: MerchantScope,
  filter: SessionFilter,
  page: PageRequest,
): Promise<Page<CheckoutSession>> {
  await requireCursor(checkout, scope, page.startingAfter, "starting_after");
  await requireCursor(checkout, scope, page.endingBefore, "ending_before");
  const now = (await clockOf(checkout, scope)).now();
  const rows = await listCheckoutSessions(checkout.db.manager, scope, filter, rowsToRead(page), now);
  return pageOfRows(
    rows.map((row) => asOf(row, now)),
    page,
  );
}

async function requireCursor(
  checkout: CheckoutContext,
  scope: MerchantScope,
  id: string | undefined,
  param: string,
): Promise<void> {
  if (id === undefined) return;
  const session = await findCheckoutSession(checkout.db.manager, id);
  if (session?.merchantId === scope.merchantId && session.livemode === scope.livemode) return;
  throw new Refusal("CURSOR_NOT_FOUND", `No such checkout session: ${id}.`, param);
}
