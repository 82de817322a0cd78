import type { ServiceImpl } from "@connectrpc/connect";

import type { PaymentMethod } from "../../../gen/calmonypay/v1/payment_method_pb.js";
import type {
  ListCustomerPaymentMethodsRequest,
  ListPaymentMethodsRequest,
  PaymentMethodService,
} from "../../../gen/calmonypay/v1/payment_method_service_pb.js";
import { attachPaymentMethod } from "../../checkout/customers/attach-payment-method.js";
import type { CheckoutContext } from "../../checkout/context.js";
import { detachPaymentMethod } from "../../checkout/customers/detach-payment-method.js";
import {
  getCustomerPaymentMethod,
  getPaymentMethod,
  storedBilling,
} from "../../checkout/customers/get-payment-method.js";
import { listPaymentMethods } from "../../checkout/customers/list-payment-methods.js";
import { updatePaymentMethod } from "../../checkout/customers/update-payment-method.js";
import type { PaymentMethodRow } from "../../db/tables/payment-methods.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { markReplayed, idempotentCallOf } from "../interceptors/idempotency-key.js";
import { callerOf } from "../interceptors/authenticate.js";
import { causedBy } from "../interceptors/cause.js";
import { pageOf } from "../messages/page-request.js";
import { expandPaymentMethods, type Expansion, expansionOf, listExpansionOf } from "../messages/expand.js";
import { allowRedisplayOf, paymentMethodMessage } from "../messages/payment-method-message.js";

/** PaymentMethodService: message in, use case, message out. */
export function paymentMethodHandlers(checkout: CheckoutContext): ServiceImpl<typeof PaymentMethodService> {
  return {
    async getPaymentMethod(request, { values }) {
      const caller = callerOf(values);
      const wanted = expansionOf(request, "PAYMENT_METHOD");
      return await answerOf(checkout, caller, await getPaymentMethod(checkout, caller, request.id), wanted);
    },

    async attachPaymentMethod(request, context) {
      const caller = callerOf(context.values);
      const wanted = expansionOf(request, "PAYMENT_METHOD");
      const call = idempotentCallOf(context.values);
      const by = causedBy(checkout, context);
      const { id, customer } = request;
      const { method, replayed } = await attachPaymentMethod(by, caller, id, customer, call);
      markReplayed(context, replayed);
      return await answerOf(checkout, caller, method, wanted);
    },

    async detachPaymentMethod(request, context) {
      const caller = callerOf(context.values);
      const wanted = expansionOf(request, "PAYMENT_METHOD");
      const call = idempotentCallOf(context.values);
      const by = causedBy(checkout, context);
      const { method, replayed } = await detachPaymentMethod(by, caller, request.id, call);
      markReplayed(context, replayed);
      return await answerOf(checkout, caller, method, wanted);
    },

    async updatePaymentMethod(request, context) {
      const caller = callerOf(context.values);
      const wanted = expansionOf(request, "PAYMENT_METHOD");
      const call = idempotentCallOf(context.values);
      const change = { ...request, allowRedisplay: allowRedisplayOf(request.allowRedisplay) };
      const { method, replayed } = await updatePaymentMethod(checkout, caller, request.id, change, call);
      markReplayed(context, replayed);
      return await answerOf(checkout, caller, method, wanted);
    },

    async getCustomerPaymentMethod(request, { values }) {
      const caller = callerOf(values);
      const wanted = expansionOf(request, "PAYMENT_METHOD");
      const method = await getCustomerPaymentMethod(checkout, caller, request.customer, request.id);
      return await answerOf(checkout, caller, method, wanted);
    },

    async listCustomerPaymentMethods(request, { values }) {
      const url = `/v1/customers/${request.customer}/payment_methods`;
      return { ...(await pageOfCustomer(checkout, callerOf(values), request)), url };
    },

    async listPaymentMethods(request, { values }) {
      return { ...(await pageOfCustomer(checkout, callerOf(values), request)), url: "/v1/payment_methods" };
    },
  };
}

async function messagesOf(
  checkout: CheckoutContext,
  caller: MerchantScope,
  methods: readonly PaymentMethodRow[],
  wanted: Expansion,
): Promise<PaymentMethod[]> {
  const messages = methods.map((method) => paymentMethodMessage(method, storedBilling(checkout, method)));
  await expandPaymentMethods({ checkout, caller }, messages, wanted);
  return messages;
}

async function answerOf(
  checkout: CheckoutContext,
  caller: MerchantScope,
  method: PaymentMethodRow,
  wanted: Expansion,
) {
  const [paymentMethod] = await messagesOf(checkout, caller, [method], wanted);
  return paymentMethod === undefined ? {} : { paymentMethod };
}

async function pageOfCustomer(
  checkout: CheckoutContext,
  caller: MerchantScope,
  request: ListPaymentMethodsRequest | ListCustomerPaymentMethodsRequest,
) {
  const wanted = listExpansionOf(request, "PAYMENT_METHOD");
  const { data, hasMore } = await listPaymentMethods(checkout, caller, request.customer, pageOf(request));
  return { object: "list", data: await messagesOf(checkout, caller, data, wanted), hasMore };
}
