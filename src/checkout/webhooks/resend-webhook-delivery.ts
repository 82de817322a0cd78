import { sendAgain } from "../../db/tables/due-deliveries.js";
import { lockDelivery } from "../../db/tables/webhook-deliveries.js";
import { findWebhookEndpoint } from "../../db/tables/webhook-endpoints.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import type { CheckoutContext } from "../context.js";
import { callWithoutKey, findPrevious, type IdempotentCall, runIdempotent } from "../idempotency.js";
import { merchantParts } from "../test-clock.js";
import { type DeliveryView, getWebhookDelivery } from "./get-webhook-delivery.js";
import { noSuchEndpoint } from "./get-webhook-endpoint.js";
import { refuseIfDisabled } from "./send-test-event.js";

/** A delivery as a call answers it; `replayed` if an earlier call with its idempotency key had it sent again. */
export interface AnsweredDelivery extends DeliveryView {
  readonly replayed: boolean;
}

/** Sends an event again at once, with the same bytes, also if it was received; once for each idempotency key. */
export async function resendWebhookDelivery(
  checkout: CheckoutContext,
  scope: MerchantScope,
  id: string,
  call: IdempotentCall | undefined,
): Promise<AnsweredDelivery> {
  const before = await findPrevious(checkout, scope, call);
  const { delivery } = await getWebhookDelivery(checkout, scope, id);
  const parts = await merchantParts(checkout, scope);
  const done =
    before ??
    (await runIdempotent(parts, scope, call ?? callWithoutKey(checkout), id, async (tx) => {
      await lockDelivery(tx, id);
      const endpoint = await findWebhookEndpoint(tx, delivery.endpointId);
      if (endpoint === undefined) throw noSuchEndpoint(delivery.endpointId);
      refuseIfDisabled(endpoint);
      const lane = endpoint.failingSince === null ? "first" : "later";
      await sendAgain(tx, [id], lane, checkout.clock.now());
    }));
  return { ...(await getWebhookDelivery(checkout, scope, id)), replayed: done.replayed };
}
