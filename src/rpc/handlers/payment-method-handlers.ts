import type { ServiceImpl } from "@connectrpc/connect";

import type { PaymentMethod } from "../../../gen/calmonypay/v1/payment_method_pb.js";
import type { PaymentMethodService } from "../../../gen/calmonypay/v1/payment_method_service_pb.js";
import { attachPaymentMethod } from "../../checkout/customers/attach-payment-method.js";
import type { CheckoutContext } from "../../checkout/context.js";
import { detachPaymentMethod } from "../../checkout/customers/detach-payment-method.js";
import { getPaymentMethod, storedBilling } from "../../checkout/customers/get-payment-method.js";
import { listPaymentMethods } from "../../checkout/customers/list-payment-methods.js";
import type { PaymentMethodRow } from "../../db/tables/payment-methods.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { markReplayed, idempotentCallOf } from "../interceptors/idempotency.js";
import { callerOf } from "../interceptors/authenticate.js";
import { causedBy } from "../interceptors/cause.js";
import { pageOf } from "../messages/page-request.js";
import { expandPaymentMethods, type Expansion, expansionOf, listExpansionOf } from "../messages/expand.js";
import { paymentMethodMessage } from "../messages/payment-method-message.js";

/** PaymentMethodService: message in, use case, message out. */
export function paymentMethodHandlers(checkout: CheckoutContext): ServiceImpl<typeof PaymentMethodService> {
  const messagesOf = async (
    caller: MerchantScope,
    methods: readonly PaymentMethodRow[],
    wanted: Expansion,
  ): Promise<PaymentMethod[]> => {
    const messages = methods.map((method) => paymentMethodMessage(method, storedBilling(checkout, method)));
    await expandPaymentMethods({ checkout, caller }, messages, wanted);
    return messages;
  };
  const answerOf = async (caller: MerchantScope, method: PaymentMethodRow, wanted: Expansion) => {
    const [paymentMethod] = await messagesOf(caller, [method], wanted);
    return paymentMethod === undefined ? {} : { paymentMethod };
  };

  return {
    async getPaymentMethod(request, { values }) {
      const caller = callerOf(values);
      const wanted = expansionOf(request, "PAYMENT_METHOD");
      return await answerOf(caller, await getPaymentMethod(checkout, caller, request.id), wanted);
    },

    async attachPaymentMethod(request, context) {
      const caller = callerOf(context.values);
      const wanted = expansionOf(request, "PAYMENT_METHOD");
      const call = idempotentCallOf(context.values);
      const { id, customer } = request;
      const { method, replayed } = await attachPaymentMethod(
        causedBy(checkout, context),
        caller,
        id,
        customer,
        call,
      );
      markReplayed(context, replayed);
      return await answerOf(caller, method, wanted);
    },

    async detachPaymentMethod(request, context) {
      const caller = callerOf(context.values);
      const wanted = expansionOf(request, "PAYMENT_METHOD");
      const call = idempotentCallOf(context.values);
      const { method, replayed } = await detachPaymentMethod(
        causedBy(checkout, context),
        caller,
        request.id,
        call,
      );
      markReplayed(context, replayed);
      return await answerOf(caller, method, wanted);
    },

    async listCustomerPaymentMethods(request, { values }) {
      const caller = callerOf(values);
      const wanted = listExpansionOf(request, "PAYMENT_METHOD");
      const { data, hasMore } = await listPaymentMethods(checkout, caller, request.customer, pageOf(request));
      const messages = await messagesOf(caller, data, wanted);
      const url = `/v1/customers/${request.customer}/payment_methods`;
      return { object: "list", data: messages, hasMore, url };
    },
  };
}
