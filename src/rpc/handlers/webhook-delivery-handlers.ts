import type { ServiceImpl } from "@connectrpc/connect";

import type { WebhookDeliveryService } from "../../../gen/calmonypay/v1/webhook_delivery_service_pb.js";
import type { CheckoutContext } from "../../checkout/context.js";
import { getWebhookDelivery, listWebhookDeliveries } from "../../checkout/webhooks/get-webhook-delivery.js";
import { resendWebhookDelivery } from "../../checkout/webhooks/resend-webhook-delivery.js";
import { callerOf } from "../interceptors/authenticate.js";
import { idempotentCallOf, markReplayed } from "../interceptors/idempotency-key.js";
import { pageOf } from "../messages/page-request.js";
import { deliveryStatusOf, webhookDeliveryMessage } from "../messages/webhook-delivery-message.js";

/** WebhookDeliveryService: message in, use case, message out. */
export function webhookDeliveryHandlers(
  checkout: CheckoutContext,
): ServiceImpl<typeof WebhookDeliveryService> {
  return {
    async getWebhookDelivery({ id }, { values }) {
      return {
        webhookDelivery: webhookDeliveryMessage(await getWebhookDelivery(checkout, callerOf(values), id)),
      };
    },

    async listWebhookDeliveries(request, { values }) {
      const { event: eventId, webhookEndpoint: endpointId } = request;
      const filter = { eventId, endpointId, status: deliveryStatusOf(request.status) };
      const page = await listWebhookDeliveries(checkout, callerOf(values), filter, pageOf(request));
      const data = page.data.map(webhookDeliveryMessage);
      return { object: "list", data, hasMore: page.hasMore, url: "/v1/webhook_deliveries" };
    },

    async resendWebhookDelivery({ id }, context) {
      const call = idempotentCallOf(context.values);
      const answer = await resendWebhookDelivery(checkout, callerOf(context.values), id, call);
      markReplayed(context, answer.replayed);
      return { webhookDelivery: webhookDeliveryMessage(answer) };
    },
  };
}
