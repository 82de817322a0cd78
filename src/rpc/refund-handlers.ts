import type { ServiceImpl } from "@connectrpc/connect";

import type { CreateRefundRequest, RefundService } from "../../gen/calmonypay/v1/refund_service_pb.js";
import type { Checkout } from "../checkout/checkout.js";
import { createRefund, type RefundOrder } from "../checkout/create-refund.js";
import { getRefund } from "../checkout/get-refund.js";
import { listRefunds } from "../checkout/list-refunds.js";
import { markReplayed } from "./answered.js";
import { callerOf, idempotentCallOf } from "./call-context.js";
import { pageOf } from "./checkout-requests.js";
import { reasonOf, refundMessage } from "./refund-message.js";

/** RefundService: message in, use case, message out. */
export function refundHandlers(checkout: Checkout): ServiceImpl<typeof RefundService> {
  return {
    async createRefund(request, context) {
      const call = idempotentCallOf(context.values);
      const answer = await createRefund(checkout, callerOf(context.values), orderOf(request), call);
      markReplayed(context, answer.replayed);
      return { refund: refundMessage(answer.refund) };
    },

    async getRefund({ id }, { values }) {
      return { refund: refundMessage(await getRefund(checkout, callerOf(values), id)) };
    },

    async listRefunds(request, { values }) {
      const caller = callerOf(values);
      const page = await listRefunds(checkout, caller, request.paymentIntent, pageOf(request));
      return {
        object: "list",
        data: page.data.map(refundMessage),
        hasMore: page.hasMore,
        url: "/v1/refunds",
      };
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
