import type { ServiceImpl } from "@connectrpc/connect";

import type { PaymentMethodService } from "../../gen/calmonypay/v1/payment_method_service_pb.js";
import { attachPaymentMethod } from "../checkout/attach-payment-method.js";
import type { Checkout } from "../checkout/checkout.js";
import { detachPaymentMethod } from "../checkout/detach-payment-method.js";
import { getPaymentMethod } from "../checkout/get-payment-method.js";
import { listPaymentMethods } from "../checkout/list-payment-methods.js";
import { storedBilling } from "../checkout/stored-card.js";
import type { PaymentMethodRow } from "../db/payment-methods.js";
import { markReplayed } from "./answered.js";
import { callerOf, idempotentCallOf } from "./call-context.js";
import { pageOf } from "./checkout-requests.js";
import { paymentMethodMessage } from "./payment-method-message.js";

/** PaymentMethodService: message in, use case, message out. */
export function paymentMethodHandlers(checkout: Checkout): ServiceImpl<typeof PaymentMethodService> {
  const messageOf = (method: PaymentMethodRow) =>
    paymentMethodMessage(method, storedBilling(checkout, method));

  return {
    async getPaymentMethod({ id }, { values }) {
      return { paymentMethod: messageOf(await getPaymentMethod(checkout, callerOf(values), id)) };
    },

    async attachPaymentMethod({ id, customer }, context) {
      const call = idempotentCallOf(context.values);
      const answer = await attachPaymentMethod(checkout, callerOf(context.values), id, customer, call);
      markReplayed(context, answer.replayed);
      return { paymentMethod: messageOf(answer.method) };
    },

    async detachPaymentMethod({ id }, context) {
      const call = idempotentCallOf(context.values);
      const answer = await detachPaymentMethod(checkout, callerOf(context.values), id, call);
      markReplayed(context, answer.replayed);
      return { paymentMethod: messageOf(answer.method) };
    },

    async listCustomerPaymentMethods(request, { values }) {
      const { customer } = request;
      const page = await listPaymentMethods(checkout, callerOf(values), customer, pageOf(request));
      const url = `/v1/customers/${customer}/payment_methods`;
      return { object: "list", data: page.data.map(messageOf), hasMore: page.hasMore, url };
    },
  };
}
