import type { ServiceImpl } from "@connectrpc/connect";

import type { WebhookEndpointService } from "../../../gen/calmonypay/v1/webhook_endpoint_service_pb.js";
import type { CheckoutContext } from "../../checkout/context.js";
import { createWebhookEndpoint } from "../../checkout/webhooks/create-webhook-endpoint.js";
import { deleteWebhookEndpoint } from "../../checkout/webhooks/delete-webhook-endpoint.js";
import { getWebhookEndpoint, listWebhookEndpoints } from "../../checkout/webhooks/get-webhook-endpoint.js";
import {
  type DeliverMissing,
  recoverWebhookEndpoint,
} from "../../checkout/webhooks/recover-webhook-endpoint.js";
import { rollWebhookSecret } from "../../checkout/webhooks/roll-webhook-secret.js";
import { sendTestEvent } from "../../checkout/webhooks/send-test-event.js";
import { updateWebhookEndpoint } from "../../checkout/webhooks/update-webhook-endpoint.js";
import { openWebhookSecret } from "../../checkout/webhooks/webhook-secret.js";
import { callerOf } from "../interceptors/authenticate.js";
import { causedBy } from "../interceptors/cause.js";
import { idempotentCallOf, markReplayed } from "../interceptors/idempotency-key.js";
import { eventMessages } from "../messages/event-message.js";
import { pageOf } from "../messages/page-request.js";
import { webhookEndpointMessage } from "../messages/webhook-endpoint-message.js";

/** For how long an old secret stays valid, unless the caller says otherwise: a day. */
const OVERLAP_SECONDS = 86_400n;

/** WebhookEndpointService: message in, use case, message out. */
export function webhookEndpointHandlers(
  checkout: CheckoutContext,
  deliverMissing: DeliverMissing,
): ServiceImpl<typeof WebhookEndpointService> {
  return {
    async createWebhookEndpoint(request, context) {
      const call = idempotentCallOf(context.values);
      const answer = await createWebhookEndpoint(checkout, callerOf(context.values), request, call);
      markReplayed(context, answer.replayed);
      const secret = openWebhookSecret(checkout, answer.endpoint);
      return { webhookEndpoint: webhookEndpointMessage(answer.endpoint, secret) };
    },

    async getWebhookEndpoint({ id }, { values }) {
      return {
        webhookEndpoint: webhookEndpointMessage(await getWebhookEndpoint(checkout, callerOf(values), id)),
      };
    },

    async listWebhookEndpoints(request, { values }) {
      const { data, hasMore } = await listWebhookEndpoints(checkout, callerOf(values), pageOf(request));
      const messages = data.map((endpoint) => webhookEndpointMessage(endpoint));
      return { object: "list", data: messages, hasMore, url: "/v1/webhook_endpoints" };
    },

    async updateWebhookEndpoint(request, context) {
      const caller = callerOf(context.values);
      const call = idempotentCallOf(context.values);
      const answer = await updateWebhookEndpoint(checkout, caller, request.id, request, call);
      markReplayed(context, answer.replayed);
      return { webhookEndpoint: webhookEndpointMessage(answer.endpoint) };
    },

    async deleteWebhookEndpoint({ id }, context) {
      const call = idempotentCallOf(context.values);
      const { replayed } = await deleteWebhookEndpoint(checkout, callerOf(context.values), id, call);
      markReplayed(context, replayed);
      return { id, object: "webhook_endpoint", deleted: true };
    },

    async rollWebhookEndpointSecret({ id, overlapSeconds = OVERLAP_SECONDS }, context) {
      const caller = callerOf(context.values);
      const call = idempotentCallOf(context.values);
      const answer = await rollWebhookSecret(checkout, caller, id, Number(overlapSeconds) * 1000, call);
      markReplayed(context, answer.replayed);
      const secret = openWebhookSecret(checkout, answer.endpoint);
      return { webhookEndpoint: webhookEndpointMessage(answer.endpoint, secret) };
    },

    async sendTestEvent({ id }, context) {
      const caller = callerOf(context.values);
      const call = idempotentCallOf(context.values);
      const answer = await sendTestEvent(causedBy(checkout, context), caller, id, call);
      markReplayed(context, answer.replayed);
      const [event] = await eventMessages(checkout, [answer.event], new Map([[answer.event.id, 1]]));
      return event === undefined ? {} : { event };
    },

    async recoverWebhookEndpoint({ id, since }, context) {
      const caller = callerOf(context.values);
      const call = idempotentCallOf(context.values);
      const from = { id, since: Number(since) * 1000 };
      const answer = await recoverWebhookEndpoint(checkout, deliverMissing, caller, from, call);
      markReplayed(context, answer.replayed);
      return { recovered: BigInt(answer.recovered) };
    },
  };
}
