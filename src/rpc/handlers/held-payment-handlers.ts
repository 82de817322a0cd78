import type { ServiceImpl } from "@connectrpc/connect";

import type {
  HeldPaymentService,
  ResolveHeldPaymentRequest,
} from "../../../gen/calmonypay/v1/held_payment_service_pb.js";
import type { CheckoutContext } from "../../checkout/context.js";
import { getHeldPayment } from "../../checkout/held/get-held-payment.js";
import { listHeldPayments } from "../../checkout/held/list-held-payments.js";
import type { Decision } from "../../checkout/held/record-resolution.js";
import { resolveHeldPayment } from "../../checkout/held/resolve-held-payment.js";
import { Refusal } from "../../domain/refusal.js";
import { markReplayed, idempotentCallOf } from "../interceptors/idempotency-key.js";
import { callerOf } from "../interceptors/authenticate.js";
import { causedBy } from "../interceptors/cause.js";
import { pageOf } from "../messages/page-request.js";
import { heldPaymentMessage, resolutionOf } from "../messages/held-payment-message.js";

/** HeldPaymentService: message in, use case, message out. */
export function heldPaymentHandlers(checkout: CheckoutContext): ServiceImpl<typeof HeldPaymentService> {
  return {
    async getHeldPayment({ id }, { values }) {
      return { heldPayment: heldPaymentMessage(await getHeldPayment(checkout, callerOf(values), id)) };
    },

    async listHeldPayments(request, { values }) {
      const caller = callerOf(values);
      const page = await listHeldPayments(checkout, caller, request.resolved, pageOf(request));
      const data = page.data.map(heldPaymentMessage);
      return { object: "list", data, hasMore: page.hasMore, url: "/v1/held_payments" };
    },

    async resolveHeldPayment(request, context) {
      const caller = callerOf(context.values);
      const call = idempotentCallOf(context.values);
      const answer = await resolveHeldPayment(
        causedBy(checkout, context),
        caller,
        request.id,
        decisionOf(request),
        call,
      );
      markReplayed(context, answer.replayed);
      return { heldPayment: heldPaymentMessage(answer.held) };
    },
  };
}

function decisionOf({ resolution, note }: ResolveHeldPaymentRequest): Decision {
  const decided = resolutionOf(resolution);
  if (decided !== undefined) return { resolution: decided, note: note === "" ? null : note };
  throw new Refusal("PARAMETER_MISSING", "Missing required parameter: resolution.", "resolution");
}
