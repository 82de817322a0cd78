import { lockCheckoutSession, setSessionMetadata } from "../../db/tables/checkout-sessions.js";
import { type MetadataChange, mergedMetadata } from "../../domain/metadata.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import type { CheckoutContext } from "../context.js";
import { findPrevious, type IdempotentCall, runIdempotent } from "../idempotency.js";
import { merchantParts } from "../test-clock.js";
import type { AnsweredSession } from "./create-session.js";
import { getSession } from "./get-session.js";

/** Changes the metadata of a session, whatever its status, once for each idempotency key. */
export async function updateSession(
  checkout: CheckoutContext,
  scope: MerchantScope,
  id: string,
  change: MetadataChange,
  call: IdempotentCall | undefined,
): Promise<AnsweredSession> {
  const before = await findPrevious(checkout, scope, call);
  await getSession(checkout, scope, id);
  const { replayed } =
    before ??
    (await runIdempotent(await merchantParts(checkout, scope), scope, call, id, async (tx) => {
      // Read under a lock: two calls that merge metadata at once must not lose each other's keys.
      const { metadata } = await lockCheckoutSession(tx, id);
      await setSessionMetadata(tx, id, mergedMetadata(metadata, change));
    }));
  const session = await getSession(checkout, scope, id);
  // The first answer's other fields are not stored; the keys that the call changed are in it either way.
  return { session: { ...session, metadata: mergedMetadata(session.metadata, change) }, replayed };
}
