import type { ServiceImpl } from "@connectrpc/connect";

import type { CheckoutService } from "../../../gen/calmonypay/v1/checkout_service_pb.js";
import type { CheckoutSession as CheckoutSessionMessage } from "../../../gen/calmonypay/v1/checkout_session_pb.js";
import type { CheckoutContext } from "../../checkout/context.js";
import { storedBilling } from "../../checkout/customers/get-payment-method.js";
import { createSession } from "../../checkout/sessions/create-session.js";
import { expireSession } from "../../checkout/sessions/expire-session.js";
import { getSession } from "../../checkout/sessions/get-session.js";
import { listAttempts } from "../../checkout/sessions/list-attempts.js";
import { listLineItems } from "../../checkout/sessions/list-line-items.js";
import { listSessions } from "../../checkout/sessions/list-sessions.js";
import { updateSession } from "../../checkout/sessions/update-session.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import type { CheckoutSession } from "../../domain/session.js";
import { markReplayed, idempotentCallOf } from "../interceptors/idempotency-key.js";
import { callerOf } from "../interceptors/authenticate.js";
import { causedBy } from "../interceptors/cause.js";
import {
  filterOf,
  lineItemMessage,
  lineItemsUrl,
  sessionMessage,
} from "../messages/checkout-session-message.js";
import { attemptsUrl, sessionAttemptMessage } from "../messages/session-attempt-message.js";
import { orderOf, refuseUnsupported } from "../messages/session-order.js";
import { pageOf } from "../messages/page-request.js";
import { expandSessions, type Expansion, expansionOf, listExpansionOf } from "../messages/expand.js";

/** CheckoutService: message in, use case, message out. */
export function checkoutHandlers(checkout: CheckoutContext): ServiceImpl<typeof CheckoutService> {
  const messagesOf = async (
    caller: MerchantScope,
    sessions: readonly CheckoutSession[],
    wanted: Expansion,
  ): Promise<CheckoutSessionMessage[]> => {
    const messages = sessions.map((session) => {
      const url = `${checkout.addresses.hppUrl}/pay/${session.id}`;
      return sessionMessage(session, url, storedBilling(checkout, session), wanted.has("line_items"));
    });
    await expandSessions({ checkout, caller }, messages, wanted);
    return messages;
  };
  const answerOf = async (caller: MerchantScope, session: CheckoutSession, wanted: Expansion) => {
    const [checkoutSession] = await messagesOf(caller, [session], wanted);
    return checkoutSession === undefined ? {} : { checkoutSession };
  };

  return {
    async createCheckoutSession(request, context) {
      const caller = callerOf(context.values);
      const wanted = expansionOf(request, "CHECKOUT_SESSION");
      refuseUnsupported(request);
      const call = idempotentCallOf(context.values);
      const { session, replayed } = await createSession(checkout, caller, orderOf(request), call);
      markReplayed(context, replayed);
      return await answerOf(caller, session, wanted);
    },

    async getCheckoutSession(request, { values }) {
      const caller = callerOf(values);
      const wanted = expansionOf(request, "CHECKOUT_SESSION");
      return await answerOf(caller, await getSession(checkout, caller, request.id), wanted);
    },

    async listCheckoutSessions(request, { values }) {
      const caller = callerOf(values);
      const wanted = listExpansionOf(request, "CHECKOUT_SESSION");
      const { data, hasMore } = await listSessions(checkout, caller, filterOf(request), pageOf(request));
      const messages = await messagesOf(caller, data, wanted);
      return { object: "list", data: messages, hasMore, url: "/v1/checkout/sessions" };
    },

    async expireCheckoutSession(request, context) {
      const caller = callerOf(context.values);
      const wanted = expansionOf(request, "CHECKOUT_SESSION");
      const call = idempotentCallOf(context.values);
      const by = causedBy(checkout, context);
      const { session, replayed } = await expireSession(by, caller, request.id, call);
      markReplayed(context, replayed);
      return await answerOf(caller, session, wanted);
    },

    async updateCheckoutSession(request, context) {
      const caller = callerOf(context.values);
      const wanted = expansionOf(request, "CHECKOUT_SESSION");
      const call = idempotentCallOf(context.values);
      const { session, replayed } = await updateSession(checkout, caller, request.id, request, call);
      markReplayed(context, replayed);
      return await answerOf(caller, session, wanted);
    },

    ...listsOfSession(checkout),
  };
}

/** What a session has several of. */
function listsOfSession(
  checkout: CheckoutContext,
): Pick<ServiceImpl<typeof CheckoutService>, "listCheckoutSessionAttempts" | "listCheckoutSessionLineItems"> {
  return {
    async listCheckoutSessionAttempts(request, context) {
      const caller = callerOf(context.values);
      const { data, hasMore } = await listAttempts(checkout, caller, request.id, pageOf(request));
      return { object: "list", data: data.map(sessionAttemptMessage), hasMore, url: attemptsUrl(request.id) };
    },

    async listCheckoutSessionLineItems(request, context) {
      const caller = callerOf(context.values);
      const { data, hasMore } = await listLineItems(checkout, caller, request.id, pageOf(request));
      return { object: "list", data: data.map(lineItemMessage), hasMore, url: lineItemsUrl(request.id) };
    },
  };
}
