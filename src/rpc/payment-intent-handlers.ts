import type { ServiceImpl } from "@connectrpc/connect";

import type {
  CreatePaymentIntentRequest,
  PaymentIntentService,
} from "../../gen/calmonypay/v1/payment_intent_service_pb.js";
import { cancelPaymentIntent } from "../checkout/cancel-payment-intent.js";
import type { Checkout } from "../checkout/checkout.js";
import { confirmPaymentIntent } from "../checkout/confirm-payment-intent.js";
import { type ChargeOrder, createPaymentIntent } from "../checkout/create-payment-intent.js";
import { getPaymentIntent } from "../checkout/get-payment-intent.js";
import { listPaymentIntents } from "../checkout/list-payment-intents.js";
import { viewPayment, viewPayments } from "../checkout/payment-view.js";
import { markReplayed } from "./answered.js";
import { callerOf, idempotentCallOf } from "./call-context.js";
import { pageOf } from "./checkout-requests.js";
import { paymentIntentMessage } from "./payment-intent-message.js";

/** PaymentIntentService: message in, use case, message out. */
export function paymentIntentHandlers(checkout: Checkout): ServiceImpl<typeof PaymentIntentService> {
  return {
    async createPaymentIntent(request, context) {
      const call = idempotentCallOf(context.values);
      const answer = await createPaymentIntent(checkout, callerOf(context.values), orderOf(request), call);
      markReplayed(context, answer.replayed);
      return { paymentIntent: paymentIntentMessage(answer.view) };
    },

    async getPaymentIntent({ id }, { values }) {
      const row = await getPaymentIntent(checkout, callerOf(values), id);
      return { paymentIntent: paymentIntentMessage(await viewPayment(checkout, row)) };
    },

    async listPaymentIntents(request, { values }) {
      const filter = { customerId: request.customer, sessionId: request.checkoutSession };
      const page = await listPaymentIntents(checkout, callerOf(values), filter, pageOf(request));
      const data = (await viewPayments(checkout, page.data)).map(paymentIntentMessage);
      return { object: "list", data, hasMore: page.hasMore, url: "/v1/payment_intents" };
    },

    async confirmPaymentIntent({ id, paymentMethod, offSession }, context) {
      const caller = callerOf(context.values);
      const call = idempotentCallOf(context.values);
      const confirmation = { paymentMethodId: paymentMethod, offSession };
      const answer = await confirmPaymentIntent(checkout, caller, id, confirmation, call);
      markReplayed(context, answer.replayed);
      return { paymentIntent: paymentIntentMessage(answer.view) };
    },

    async cancelPaymentIntent({ id }, context) {
      const call = idempotentCallOf(context.values);
      const answer = await cancelPaymentIntent(checkout, callerOf(context.values), id, call);
      markReplayed(context, answer.replayed);
      return { paymentIntent: paymentIntentMessage(answer.view) };
    },
  };
}

function orderOf(request: CreatePaymentIntentRequest): ChargeOrder {
  return {
    customerId: request.customer,
    paymentMethodId: request.paymentMethod,
    amount: Number(request.amount),
    currency: request.currency,
    offSession: request.offSession,
    metadata: request.metadata,
  };
}
