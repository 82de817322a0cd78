import { findCheckoutSession } from "../../db/tables/checkout-sessions.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { Refusal } from "../../domain/refusal.js";
import { asOf, type CheckoutSession } from "../../domain/session.js";
import type { CheckoutContext } from "../context.js";
import { clockOf } from "../test-clock.js";

/** Reads a session as it is now. Throws a Refusal if it is absent or another merchant's. */
export async function getSession(
  checkout: CheckoutContext,
  scope: MerchantScope,
  id: string,
): Promise<CheckoutSession> {
  const session = await findCheckoutSession(checkout.db.manager, id);
  if (
    session === undefined ||
    session.merchantId !== scope.merchantId ||
    session.livemode !== scope.livemode
  ) {
    throw new Refusal("SESSION_NOT_FOUND", `No such checkout session: ${id}.`, "id");
  }
  return asOf(session, (await clockOf(checkout, scope)).now());
}
