import type { ServiceImpl } from "@connectrpc/connect";

import type {
  CheckoutService,
  CreateCheckoutSessionRequest,
  LineItem as LineItemMessage,
} from "../../gen/calmonypay/v1/checkout_service_pb.js";
import type { Checkout } from "../checkout/checkout.js";
import { createSession, type SessionOrder } from "../checkout/create-session.js";
import { getSession } from "../checkout/get-session.js";
import { callerOf } from "./call-context.js";
import { sessionMessage } from "./checkout-session-message.js";

/** CheckoutService: message in, use case, message out. */
export function checkoutHandlers(checkout: Checkout): ServiceImpl<typeof CheckoutService> {
  const pageUrl = (sessionId: string): string => `${checkout.addresses.hppUrl}/pay/${sessionId}`;
  return {
    async createCheckoutSession(request, context) {
      const session = await createSession(checkout, callerOf(context.values), orderOf(request));
      return { checkoutSession: sessionMessage(session, pageUrl(session.id)) };
    },

    async getCheckoutSession(request, context) {
      const session = await getSession(checkout, callerOf(context.values), request.id);
      return { checkoutSession: sessionMessage(session, pageUrl(session.id)) };
    },
  };
}

function orderOf(request: CreateCheckoutSessionRequest): SessionOrder {
  return {
    lineItems: request.lineItems.map(lineItemOf),
    successUrl: request.successUrl,
    cancelUrl: request.cancelUrl,
    customerId: emptyAsNull(request.customer),
    clientReferenceId: emptyAsNull(request.clientReferenceId),
    metadata: request.metadata,
    expiresAt: request.expiresAt === undefined ? null : Number(request.expiresAt) * 1000,
  };
}

/** The rules in the proto demand every part, and ranges in which numbers are exact. */
function lineItemOf({ priceData, quantity }: LineItemMessage): SessionOrder["lineItems"][number] {
  return {
    name: priceData?.productData?.name ?? "",
    currency: priceData?.currency ?? "",
    unitAmount: Number(priceData?.unitAmount ?? 0n),
    quantity: Number(quantity),
  };
}

function emptyAsNull(text: string): string | null {
  return text === "" ? null : text;
}
