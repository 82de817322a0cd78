import { changeWebhookEndpoint, lockWebhookEndpoint } from "../../db/tables/webhook-endpoints.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import type { CheckoutContext } from "../context.js";
import { callWithoutKey, findPrevious, type IdempotentCall, runIdempotent } from "../idempotency.js";
import { merchantParts } from "../test-clock.js";
import type { AnsweredWebhookEndpoint } from "./create-webhook-endpoint.js";
import { getWebhookEndpoint, noSuchEndpoint } from "./get-webhook-endpoint.js";
import { newWebhookSecret, previousSecrets, sealWebhookSecret } from "./webhook-secret.js";

/**
 * Replaces the secret of an endpoint, once for each idempotency key. For `overlapMs` of real time requests are signed
 * with both, and with those that are still valid from earlier rolls; with an overlap of 0 by the new one alone.
 */
export async function rollWebhookSecret(
  checkout: CheckoutContext,
  scope: MerchantScope,
  id: string,
  overlapMs: number,
  call: IdempotentCall | undefined,
): Promise<AnsweredWebhookEndpoint> {
  const before = await findPrevious(checkout, scope, call);
  await getWebhookEndpoint(checkout, scope, id);
  const parts = await merchantParts(checkout, scope);
  const secretSealed = sealWebhookSecret(checkout, scope, newWebhookSecret());
  const now = checkout.clock.now();
  const done =
    before ??
    (await runIdempotent(parts, scope, call ?? callWithoutKey(checkout), id, async (tx) => {
      const endpoint = await lockWebhookEndpoint(tx, id);
      if (endpoint.deletedAt !== null) throw noSuchEndpoint(id);
      const previous = previousSecrets(checkout, endpoint, { now, until: now + overlapMs });
      await changeWebhookEndpoint(tx, id, { secretSealed, ...previous });
    }));
  return { endpoint: await getWebhookEndpoint(checkout, scope, id), replayed: done.replayed };
}
