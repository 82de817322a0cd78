import { lockCheckoutSession, setSessionMetadata } from "../../db/tables/checkout-sessions.js";
import { type MetadataChange, mergedMetadata } from "../../domain/metadata.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import type { CheckoutContext } from "../context.js";
import { changeOnce } from "../change-once.js";
import type { IdempotentCall } from "../idempotency.js";
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
  const replayed = await changeOnce(checkout, scope, call, {
    id,
    check: () => getSession(checkout, scope, id),
    async work(tx) {
      const { metadata } = await lockCheckoutSession(tx, id);
      await setSessionMetadata(tx, id, mergedMetadata(metadata, change));
    },
  });
  const session = await getSession(checkout, scope, id);
  // The first answer's other fields are not stored; the keys that the call changed are in it either way.
  return { session: { ...session, metadata: mergedMetadata(session.metadata, change) }, replayed };
}
