import { create } from "@bufbuild/protobuf";

import {
  type WebhookEndpoint,
  WebhookEndpointDisabledReason,
  WebhookEndpointSchema,
  WebhookEndpointStatus,
} from "../../../gen/calmonypay/v1/webhook_endpoint_pb.js";
import type { DisabledReason, WebhookEndpointRow } from "../../db/tables/webhook-endpoints.js";
import { toSeconds } from "../../lib/clock.js";
import { API_VERSION } from "./api-version.js";

/** Converts a webhook endpoint to its message. `secret` is shown by the calls that make one. */
export function webhookEndpointMessage(
  endpoint: Omit<WebhookEndpointRow, "secretSealed" | "previousSecretSealed">,
  secret?: string,
): WebhookEndpoint {
  const { description, disabledReason, failingSince, previousSecretUntil } = endpoint;
  const message = create(WebhookEndpointSchema, {
    id: endpoint.id,
    object: "webhook_endpoint",
    url: endpoint.url,
    enabledEvents: [...endpoint.enabledEvents],
    metadata: { ...endpoint.metadata },
    status: disabledReason === null ? WebhookEndpointStatus.ENABLED : WebhookEndpointStatus.DISABLED,
    created: BigInt(toSeconds(endpoint.createdAt)),
    livemode: endpoint.livemode,
    apiVersion: API_VERSION,
  });
  if (description !== null) message.description = description;
  if (disabledReason !== null) message.disabledReason = REASONS[disabledReason];
  if (failingSince !== null) message.failingSince = BigInt(toSeconds(failingSince));
  if (previousSecretUntil !== null) message.previousSecretExpiresAt = BigInt(toSeconds(previousSecretUntil));
  if (secret !== undefined) message.secret = secret;
  return message;
}

const REASONS: Record<DisabledReason, WebhookEndpointDisabledReason> = {
  gone: WebhookEndpointDisabledReason.GONE,
  failing: WebhookEndpointDisabledReason.FAILING,
  by_merchant: WebhookEndpointDisabledReason.BY_MERCHANT,
};
