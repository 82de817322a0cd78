import type { ServiceImpl } from "@connectrpc/connect";

import type { CheckoutService } from "../../gen/calmonypay/v1/checkout_service_pb.js";
import type { CheckoutSession as CheckoutSessionMessage } from "../../gen/calmonypay/v1/checkout_session_pb.js";
import type { Checkout } from "../checkout/checkout.js";
import { createSession } from "../checkout/create-session.js";
import { expireSession } from "../checkout/expire-session.js";
import { getSession } from "../checkout/get-session.js";
import { listLineItems } from "../checkout/list-line-items.js";
import { listSessions } from "../checkout/list-sessions.js";
import type { CheckoutSession } from "../domain/session.js";
import { markReplayed } from "./answered.js";
import { callerOf, idempotentCallOf } from "./call-context.js";
import { filterOf, orderOf, pageOf } from "./checkout-requests.js";
import { lineItemMessage, sessionMessage } from "./checkout-session-message.js";

/** CheckoutService: message in, use case, message out. */
export function checkoutHandlers(checkout: Checkout): ServiceImpl<typeof CheckoutService> {
  const messageOf = (session: CheckoutSession): CheckoutSessionMessage =>
    sessionMessage(session, `${checkout.addresses.hppUrl}/pay/${session.id}`);

  return {
    async createCheckoutSession(request, context) {
      const call = idempotentCallOf(context.values);
      const answer = await createSession(checkout, callerOf(context.values), orderOf(request), call);
      markReplayed(context, answer.replayed);
      return { checkoutSession: messageOf(answer.session) };
    },

    async getCheckoutSession(request, context) {
      const session = await getSession(checkout, callerOf(context.values), request.id);
      return { checkoutSession: messageOf(session) };
    },

    async listCheckoutSessions(request, context) {
      const caller = callerOf(context.values);
      const { data, hasMore } = await listSessions(checkout, caller, filterOf(request), pageOf(request));
      return { object: "list", data: data.map(messageOf), hasMore, url: "/v1/checkout/sessions" };
    },

    async expireCheckoutSession(request, context) {
      const call = idempotentCallOf(context.values);
      const answer = await expireSession(checkout, callerOf(context.values), request.id, call);
      markReplayed(context, answer.replayed);
      return { checkoutSession: messageOf(answer.session) };
    },

    async listCheckoutSessionLineItems(request, context) {
      const caller = callerOf(context.values);
      const { data, hasMore } = await listLineItems(checkout, caller, request.id, pageOf(request));
      const url = `/v1/checkout/sessions/${request.id}/line_items`;
      return { object: "list", data: data.map(lineItemMessage), hasMore, url };
    },
  };
}
