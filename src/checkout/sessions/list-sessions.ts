import { listCheckoutSessions, type SessionFilter } from "../../db/tables/checkout-session-list.js";
import { findCheckoutSession } from "../../db/tables/checkout-sessions.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { asOf, type CheckoutSession } from "../../domain/session.js";
import type { CheckoutContext } from "../context.js";
import { listPage, type Page, type PageRequest } from "../page.js";
import { clockOf } from "../test-clock.js";

/** Lists a merchant's sessions as they are now, the newest first. */
export async function listSessions(
  checkout: CheckoutContext,
  scope: MerchantScope,
  filter: SessionFilter,
  page: PageRequest,
): Promise<Page<CheckoutSession>> {
  const { manager } = checkout.db;
  return await listPage(scope, page, {
    noun: "checkout session",
    find: (id) => findCheckoutSession(manager, id),
    read: async (rows) => {
      const now = (await clockOf(checkout, scope)).now();
      const sessions = await listCheckoutSessions(manager, scope, filter, rows, now);
      return sessions.map((session) => asOf(session, now));
    },
  });
}
