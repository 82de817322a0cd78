import { type EventRow, findEvent } from "../../db/tables/events.js";
import { lockWebhookEndpoint, type WebhookEndpointRow } from "../../db/tables/webhook-endpoints.js";
import { TEST_EVENT } from "../../domain/event.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { Refusal } from "../../domain/refusal.js";
import { newId } from "../../lib/ids.js";
import type { CheckoutContext } from "../context.js";
import { recordEvent } from "../events/record-events.js";
import { callWithoutKey, findPrevious, type IdempotentCall, runIdempotent } from "../idempotency.js";
import { merchantParts } from "../test-clock.js";
import { getWebhookEndpoint } from "./get-webhook-endpoint.js";

/** An event as a call answers it; `replayed` if an earlier call with its idempotency key created it. */
export interface AnsweredTestEvent {
  readonly event: EventRow;
  readonly replayed: boolean;
}

/** Creates an event that is sent to this endpoint alone, once for each idempotency key. */
export async function sendTestEvent(
  checkout: CheckoutContext,
  scope: MerchantScope,
  id: string,
  call: IdempotentCall | undefined,
): Promise<AnsweredTestEvent> {
  const before = await findPrevious(checkout, scope, call);
  if (before === undefined) refuseIfDisabled(await getWebhookEndpoint(checkout, scope, id));
  const parts = await merchantParts(checkout, scope);
  const eventId = newId("evt", parts.merchantClock.now());
  const done =
    before ??
    (await runIdempotent(parts, scope, call ?? callWithoutKey(checkout), eventId, async (tx, _run, clock) => {
      const endpoint = await lockWebhookEndpoint(tx, id);
      refuseIfDisabled(endpoint);
      recordEvent(checkout, tx, { id: eventId, now: clock.now() }, [TEST_EVENT, endpoint]);
    }));
  const event = await findEvent(checkout.db.manager, done.objectId);
  if (event !== undefined) return { event, replayed: done.replayed };
  throw new Refusal("EVENT_NOT_FOUND", `No such event: ${done.objectId}. Events are kept for 30 days.`);
}

/** Throws a Refusal if nothing is sent to the endpoint. */
export function refuseIfDisabled({ id, disabledReason, deletedAt }: WebhookEndpointRow): void {
  if (disabledReason === null && deletedAt === null) return;
  const state = deletedAt === null ? "disabled" : "deleted";
  throw new Refusal(
    "WEBHOOK_ENDPOINT_DISABLED",
    `The webhook endpoint ${id} is ${state}: nothing is sent to it.`,
  );
}
