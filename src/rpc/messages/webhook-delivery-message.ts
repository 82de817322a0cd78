import { create } from "@bufbuild/protobuf";

import {
  type WebhookAttempt,
  WebhookAttemptSchema,
  type WebhookDelivery,
  WebhookDeliverySchema,
  WebhookDeliveryStatus,
} from "../../../gen/calmonypay/v1/webhook_delivery_pb.js";
import type { DeliveryView } from "../../checkout/webhooks/get-webhook-delivery.js";
import type { WebhookAttemptRow } from "../../db/tables/webhook-attempts.js";
import type { DeliveryStatus } from "../../db/tables/webhook-deliveries.js";
import { toSeconds } from "../../lib/clock.js";

/** Converts a delivery with its attempts to its message. */
export function webhookDeliveryMessage({ delivery, attempts }: DeliveryView): WebhookDelivery {
  const message = create(WebhookDeliverySchema, {
    id: delivery.id,
    object: "webhook_delivery",
    event: delivery.eventId,
    eventType: delivery.eventType,
    webhookEndpoint: delivery.endpointId,
    status: STATUSES[delivery.status],
    attemptCount: BigInt(delivery.attemptCount),
    attempts: attempts.map(attemptMessage),
    created: BigInt(toSeconds(delivery.createdAt)),
    livemode: delivery.livemode,
  });
  if (delivery.nextAttemptAt !== null) message.nextAttemptAt = BigInt(toSeconds(delivery.nextAttemptAt));
  return message;
}

/** The status that a caller asks for; undefined for all. */
export function deliveryStatusOf(value: WebhookDeliveryStatus | undefined): DeliveryStatus | undefined {
  return (Object.keys(STATUSES) as DeliveryStatus[]).find((status) => STATUSES[status] === value);
}

function attemptMessage({ createdAt, durationMs, ...attempt }: WebhookAttemptRow): WebhookAttempt {
  const { httpStatus, error, responseBody } = attempt;
  return create(WebhookAttemptSchema, {
    created: BigInt(toSeconds(createdAt)),
    durationMs: BigInt(durationMs),
    ...(httpStatus === null ? {} : { httpStatus }),
    ...(error === null ? {} : { error }),
    ...(responseBody === null ? {} : { responseBody }),
  });
}

const STATUSES: Record<DeliveryStatus, WebhookDeliveryStatus> = {
  pending: WebhookDeliveryStatus.PENDING,
  succeeded: WebhookDeliveryStatus.SUCCEEDED,
  failed: WebhookDeliveryStatus.FAILED,
  canceled: WebhookDeliveryStatus.CANCELED,
};
