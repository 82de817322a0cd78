import type { ServiceImpl } from "@connectrpc/connect";

import type { PaymentIntent } from "../../gen/calmonypay/v1/payment_intent_pb.js";
import type { PaymentIntentService } from "../../gen/calmonypay/v1/payment_intent_service_pb.js";
import type { Checkout } from "../checkout/checkout.js";
import { getPaymentIntent } from "../checkout/get-payment-intent.js";
import { listPaymentIntents } from "../checkout/list-payment-intents.js";
import { viewPayments } from "../checkout/payment-view.js";
import type { PaymentIntentRow } from "../db/payment-intents.js";
import type { Owner } from "../domain/owner.js";
import { callerOf } from "./call-context.js";
import { pageOf } from "./checkout-requests.js";
import { expandPaymentIntents } from "./expand.js";
import { type Expansion, expansionOf, listExpansionOf } from "./expansion.js";
import { paymentIntentMessage } from "./payment-intent-message.js";

/** PaymentIntentService: message in, use case, message out. */
export function paymentIntentHandlers(checkout: Checkout): ServiceImpl<typeof PaymentIntentService> {
  const messagesOf = async (
    caller: Owner,
    rows: readonly PaymentIntentRow[],
    wanted: Expansion,
  ): Promise<PaymentIntent[]> => {
    const messages = (await viewPayments(checkout, rows)).map(paymentIntentMessage);
    await expandPaymentIntents({ checkout, caller }, messages, wanted);
    return messages;
  };

  return {
    async getPaymentIntent(request, { values }) {
      const caller = callerOf(values);
      const wanted = expansionOf(request, "PAYMENT_INTENT");
      const row = await getPaymentIntent(checkout, caller, request.id);
      const [paymentIntent] = await messagesOf(caller, [row], wanted);
      return paymentIntent === undefined ? {} : { paymentIntent };
    },

    async listPaymentIntents(request, { values }) {
      const caller = callerOf(values);
      const wanted = listExpansionOf(request, "PAYMENT_INTENT");
      const filter = { customerId: request.customer, sessionId: request.checkoutSession };
      const page = await listPaymentIntents(checkout, caller, filter, pageOf(request));
      const data = await messagesOf(caller, page.data, wanted);
      return { object: "list", data, hasMore: page.hasMore, url: "/v1/payment_intents" };
    },
  };
}
