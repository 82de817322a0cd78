import type { ServiceImpl } from "@connectrpc/connect";

import type { Refund } from "../../../gen/calmonypay/v1/refund_pb.js";
import type { CreateRefundRequest, RefundService } from "../../../gen/calmonypay/v1/refund_service_pb.js";
import type { CheckoutContext } from "../../checkout/context.js";
import { createRefund, type RefundOrder, getRefund } from "../../checkout/refunds/create-refund.js";
import { listRefunds } from "../../checkout/refunds/list-refunds.js";
import { updateRefund } from "../../checkout/refunds/update-refund.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import type * as domain from "../../domain/refund.js";
import { markReplayed, idempotentCallOf } from "../interceptors/idempotency-key.js";
import { callerOf } from "../interceptors/authenticate.js";
import { causedBy } from "../interceptors/cause.js";
import { pageOf } from "../messages/page-request.js";
import { expandRefunds, type Expansion, expansionOf, listExpansionOf } from "../messages/expand.js";
import { reasonOf, refundMessage } from "../messages/refund-message.js";

/** RefundService: message in, use case, message out. */
export function refundHandlers(checkout: CheckoutContext): ServiceImpl<typeof RefundService> {
  const messagesOf = async (
    caller: MerchantScope,
    refunds: readonly domain.Refund[],
    wanted: Expansion,
  ): Promise<Refund[]> => {
    const messages = refunds.map(refundMessage);
    await expandRefunds({ checkout, caller }, messages, wanted);
    return messages;
  };
  const answerOf = async (caller: MerchantScope, answered: domain.Refund, wanted: Expansion) => {
    const [refund] = await messagesOf(caller, [answered], wanted);
    return refund === undefined ? {} : { refund };
  };

  return {
    async createRefund(request, context) {
      const caller = callerOf(context.values);
      const wanted = expansionOf(request, "REFUND");
      const call = idempotentCallOf(context.values);
      const answer = await createRefund(causedBy(checkout, context), caller, orderOf(request), call);
      markReplayed(context, answer.replayed);
      return await answerOf(caller, answer.refund, wanted);
    },

    async updateRefund(request, context) {
      const caller = callerOf(context.values);
      const wanted = expansionOf(request, "REFUND");
      const call = idempotentCallOf(context.values);
      const by = causedBy(checkout, context);
      const { refund, replayed } = await updateRefund(by, caller, request.id, request, call);
      markReplayed(context, replayed);
      return await answerOf(caller, refund, wanted);
    },

    async getRefund(request, { values }) {
      const caller = callerOf(values);
      const wanted = expansionOf(request, "REFUND");
      return await answerOf(caller, await getRefund(checkout, caller, request.id), wanted);
    },

    async listRefunds(request, { values }) {
      const caller = callerOf(values);
      const wanted = listExpansionOf(request, "REFUND");
      const page = await listRefunds(checkout, caller, request.paymentIntent, pageOf(request));
      const data = await messagesOf(caller, page.data, wanted);
      return { object: "list", data, hasMore: page.hasMore, url: "/v1/refunds" };
    },
  };
}

function orderOf({ paymentIntent, amount, reason, metadata }: CreateRefundRequest): RefundOrder {
  return {
    paymentIntentId: paymentIntent,
    amount: amount === undefined ? null : Number(amount),
    reason: reasonOf(reason),
    metadata,
  };
}
