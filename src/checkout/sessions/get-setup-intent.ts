import { findCheckoutSession, findCheckoutSessions } from "../../db/tables/checkout-sessions.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { Refusal } from "../../domain/refusal.js";
import { sessionIdOf, type SetupIntent, setupIntentOf } from "../../domain/setup-intent.js";
import type { CheckoutContext } from "../context.js";

/** Reads a setup intent. Throws a Refusal if it is absent or another merchant's. */
export async function getSetupIntent(
  { db }: Pick<CheckoutContext, "db">,
  scope: MerchantScope,
  id: string,
): Promise<SetupIntent> {
  const session = await findCheckoutSession(db.manager, sessionIdOf(id) ?? "");
  const intent = session && setupIntentOf(session);
  if (intent?.merchantId === scope.merchantId && intent.livemode === scope.livemode) return intent;
  throw new Refusal("SETUP_INTENT_NOT_FOUND", `No such setup intent: ${id}.`, "id");
}

/** The merchant's setup intents with these ids, in any order. */
export async function findSetupIntents(
  { db }: Pick<CheckoutContext, "db">,
  scope: MerchantScope,
  ids: readonly string[],
): Promise<SetupIntent[]> {
  const sessions = await findCheckoutSessions(
    db.manager,
    scope,
    ids.flatMap((id) => sessionIdOf(id) ?? []),
  );
  return sessions.flatMap((session) => setupIntentOf(session) ?? []);
}
