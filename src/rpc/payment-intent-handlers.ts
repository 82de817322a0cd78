import type { ServiceImpl } from "@connectrpc/connect";

import type { PaymentIntentService } from "../../gen/calmonypay/v1/payment_intent_service_pb.js";
import type { Checkout } from "../checkout/checkout.js";
import { getPaymentIntent } from "../checkout/get-payment-intent.js";
import { listPaymentIntents } from "../checkout/list-payment-intents.js";
import { viewPayments } from "../checkout/payment-view.js";
import { callerOf } from "./call-context.js";
import { pageOf } from "./checkout-requests.js";
import { paymentIntentMessage } from "./payment-intent-message.js";

/** PaymentIntentService: message in, use case, message out. */
export function paymentIntentHandlers(checkout: Checkout): ServiceImpl<typeof PaymentIntentService> {
  return {
    async getPaymentIntent({ id }, { values }) {
      const row = await getPaymentIntent(checkout, callerOf(values), id);
      const [paymentIntent] = (await viewPayments(checkout, [row])).map(paymentIntentMessage);
      return paymentIntent === undefined ? {} : { paymentIntent };
    },

    async listPaymentIntents(request, { values }) {
      const filter = { customerId: request.customer, sessionId: request.checkoutSession };
      const page = await listPaymentIntents(checkout, callerOf(values), filter, pageOf(request));
      const data = (await viewPayments(checkout, page.data)).map(paymentIntentMessage);
      return { object: "list", data, hasMore: page.hasMore, url: "/v1/payment_intents" };
    },
  };
}
