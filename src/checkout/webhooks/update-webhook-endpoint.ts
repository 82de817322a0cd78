import {
  changeWebhookEndpoint,
  lockWebhookEndpoint,
  type WebhookEndpointRow,
} from "../../db/tables/webhook-endpoints.js";
import type { Tx } from "../../db/transaction.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { mergedMetadata, type Metadata } from "../../domain/metadata.js";
import type { CheckoutContext } from "../context.js";
import { findPrevious, type IdempotentCall, runIdempotent } from "../idempotency.js";
import { merchantParts } from "../test-clock.js";
import { cancelDeliveriesTo } from "./cancel-deliveries.js";
import { type AnsweredWebhookEndpoint, checkEnabledEvents } from "./create-webhook-endpoint.js";
import { getWebhookEndpoint, noSuchEndpoint } from "./get-webhook-endpoint.js";
import { checkWebhookUrl } from "./webhook-url.js";

/** The fields of an endpoint to change. An undefined one keeps its value, and so does an empty list. */
export interface WebhookEndpointChange {
  readonly url?: string | undefined;
  readonly enabledEvents: readonly string[];
  readonly description?: string | undefined;
  readonly metadata: Metadata;
  readonly disabled?: boolean | undefined;
}

/** Changes the given fields of an endpoint, once for each idempotency key. */
export async function updateWebhookEndpoint(
  checkout: CheckoutContext,
  scope: MerchantScope,
  id: string,
  change: WebhookEndpointChange,
  call: IdempotentCall | undefined,
): Promise<AnsweredWebhookEndpoint> {
  const before = await findPrevious(checkout, scope, call);
  await getWebhookEndpoint(checkout, scope, id);
  if (before === undefined) {
    checkEnabledEvents(change.enabledEvents);
    if (change.url !== undefined) await checkWebhookUrl(checkout, scope.livemode, change.url);
  }
  const parts = await merchantParts(checkout, scope);
  const { replayed } =
    before ?? (await runIdempotent(parts, scope, call, id, (tx) => update(tx, id, change)));
  const endpoint = await getWebhookEndpoint(checkout, scope, id);
  if (endpoint.disabledReason !== null) await cancelDeliveriesTo(checkout, id);
  return { endpoint, replayed };
}

/** Read under a lock: two calls that merge metadata at once must not lose each other's keys. */
async function update(tx: Tx, id: string, change: WebhookEndpointChange): Promise<void> {
  const endpoint = await lockWebhookEndpoint(tx, id);
  if (endpoint.deletedAt !== null) throw noSuchEndpoint(id);
  const { url = endpoint.url, enabledEvents, description, metadata } = change;
  await changeWebhookEndpoint(tx, id, {
    url,
    enabledEvents: enabledEvents.length === 0 ? endpoint.enabledEvents : [...new Set(enabledEvents)],
    description: description === undefined ? endpoint.description : description === "" ? null : description,
    metadata: mergedMetadata(endpoint.metadata, { metadata }),
    ...stateAfter(endpoint, change),
  });
}

/** An endpoint that is enabled again, or gets another address, has not failed yet. */
function stateAfter(
  { disabledReason, failingSince, url }: WebhookEndpointRow,
  change: WebhookEndpointChange,
): Pick<WebhookEndpointRow, "disabledReason" | "failingSince"> {
  const moved = change.url !== undefined && change.url !== url;
  if (change.disabled === undefined) return { disabledReason, failingSince: moved ? null : failingSince };
  if (change.disabled) return { disabledReason: disabledReason ?? "by_merchant", failingSince };
  return { disabledReason: null, failingSince: moved || disabledReason !== null ? null : failingSince };
}
