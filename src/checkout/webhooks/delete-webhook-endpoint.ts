import { changeWebhookEndpoint, lockWebhookEndpoint } from "../../db/tables/webhook-endpoints.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import type { CheckoutContext } from "../context.js";
import {
  callWithoutKey,
  findPrevious,
  type IdempotentCall,
  type PreviousCall,
  runIdempotent,
} from "../idempotency.js";
import { merchantParts } from "../test-clock.js";
import { cancelDeliveriesTo } from "./cancel-deliveries.js";
import { getWebhookEndpoint, noSuchEndpoint } from "./get-webhook-endpoint.js";

/** Deletes an endpoint: nothing more is sent to it. Its deliveries can still be read. */
export async function deleteWebhookEndpoint(
  checkout: CheckoutContext,
  scope: MerchantScope,
  id: string,
  call: IdempotentCall | undefined,
): Promise<PreviousCall> {
  const before = await findPrevious(checkout, scope, call);
  if (before !== undefined) return before;
  await getWebhookEndpoint(checkout, scope, id);
  const parts = await merchantParts(checkout, scope);
  const work = call ?? callWithoutKey(checkout);
  const done = await runIdempotent(parts, scope, work, id, async (tx, _run, clock) => {
    if ((await lockWebhookEndpoint(tx, id)).deletedAt !== null) throw noSuchEndpoint(id);
    await changeWebhookEndpoint(tx, id, { deletedAt: clock.now() });
  });
  await cancelDeliveriesTo(checkout, id);
  return done;
}
