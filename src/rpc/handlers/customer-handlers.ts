import type { ServiceImpl } from "@connectrpc/connect";

import type { CustomerService } from "../../../gen/calmonypay/v1/customer_service_pb.js";
import type { CheckoutContext } from "../../checkout/context.js";
import { createCustomer } from "../../checkout/customers/create-customer.js";
import { deleteCustomer } from "../../checkout/customers/delete-customer.js";
import { getCustomer } from "../../checkout/customers/get-customer.js";
import { listCustomers } from "../../checkout/customers/list-customers.js";
import { updateCustomer } from "../../checkout/customers/update-customer.js";
import { markReplayed, idempotentCallOf } from "../interceptors/idempotency-key.js";
import { callerOf } from "../interceptors/authenticate.js";
import { causedBy } from "../interceptors/cause.js";
import { pageOf } from "../messages/page-request.js";
import { addressOf, customerMessage } from "../messages/customer-message.js";

/** CustomerService: message in, use case, message out. */
export function customerHandlers(checkout: CheckoutContext): ServiceImpl<typeof CustomerService> {
  return {
    async createCustomer(request, context) {
      const call = idempotentCallOf(context.values);
      const answer = await createCustomer(
        causedBy(checkout, context),
        callerOf(context.values),
        { ...request, address: addressOf(request.address) },
        call,
      );
      markReplayed(context, answer.replayed);
      return { customer: customerMessage(answer.customer) };
    },

    async getCustomer({ id }, { values }) {
      return { customer: customerMessage(await getCustomer(checkout, callerOf(values), id)) };
    },

    async updateCustomer(request, context) {
      const caller = callerOf(context.values);
      const call = idempotentCallOf(context.values);
      const change = { ...request, address: addressOf(request.address) };
      const answer = await updateCustomer(causedBy(checkout, context), caller, request.id, change, call);
      markReplayed(context, answer.replayed);
      return { customer: customerMessage(answer.customer) };
    },

    async listCustomers(request, { values }) {
      const { data, hasMore } = await listCustomers(
        checkout,
        callerOf(values),
        pageOf(request),
        request.email,
      );
      return { object: "list", data: data.map(customerMessage), hasMore, url: "/v1/customers" };
    },

    async deleteCustomer({ id }, context) {
      const call = idempotentCallOf(context.values);
      const { replayed } = await deleteCustomer(
        causedBy(checkout, context),
        callerOf(context.values),
        id,
        call,
      );
      markReplayed(context, replayed);
      return { id, object: "customer", deleted: true };
    },
  };
}
