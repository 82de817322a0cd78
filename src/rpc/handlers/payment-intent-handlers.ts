import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";

import {
  CaptureMethod,
  type PaymentIntent,
  PaymentIntentSchema,
} from "../../../gen/calmonypay/v1/payment_intent_pb.js";
import type {
  CreatePaymentIntentRequest,
  PaymentIntentService,
} from "../../../gen/calmonypay/v1/payment_intent_service_pb.js";
import { capturePaymentIntent } from "../../checkout/captures/capture-payment-intent.js";
import { cancelPaymentIntent } from "../../checkout/charges/cancel-payment-intent.js";
import type { PaymentAnswer } from "../../checkout/charges/charge-response.js";
import type { CheckoutContext } from "../../checkout/context.js";
import { confirmPaymentIntent } from "../../checkout/charges/confirm-payment-intent.js";
import { type ChargeOrder, createPaymentIntent } from "../../checkout/charges/create-payment-intent.js";
import { updatePaymentIntent } from "../../checkout/charges/update-payment-intent.js";
import {
  getPaymentIntent,
  listPaymentIntents,
  type PaymentView,
  readPaymentIntent,
  viewPayment,
  viewPayments,
} from "../../checkout/payments/payment-intents.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { markReplayed, idempotentCallOf } from "../interceptors/idempotency-key.js";
import { callerOf } from "../interceptors/authenticate.js";
import { Refusal } from "../../domain/refusal.js";
import { checkRedirectUrl } from "../../domain/session.js";
import { refusalError } from "../interceptors/error-interceptor.js";
import { causedBy } from "../interceptors/cause.js";
import { pageOf } from "../messages/page-request.js";
import { expandIntents, type Expansion, expansionOf, listExpansionOf } from "../messages/expand.js";
import { cancellationReasonOf, paymentIntentMessage } from "../messages/payment-intent-message.js";

/** PaymentIntentService: message in, use case, message out. */
export function paymentIntentHandlers(checkout: CheckoutContext): ServiceImpl<typeof PaymentIntentService> {
  const by = (context: HandlerContext): CheckoutContext => causedBy(checkout, context);

  return {
    async createPaymentIntent(request, context) {
      const caller = callerOf(context.values);
      const wanted = expansionOf(request, "PAYMENT_INTENT");
      const call = idempotentCallOf(context.values);
      const creating = createPaymentIntent(by(context), caller, orderOf(request), call);
      const answered = await withDeclined(checkout, caller, creating);
      return await answerOnce(checkout, context, answered, wanted);
    },

    async getPaymentIntent(request, { values }) {
      const caller = callerOf(values);
      const wanted = expansionOf(request, "PAYMENT_INTENT");
      const row = await readPaymentIntent(checkout, caller, request.id);
      return await answerOf(checkout, caller, await viewPayment(checkout, row), wanted);
    },

    async listPaymentIntents(request, { values }) {
      const caller = callerOf(values);
      const wanted = listExpansionOf(request, "PAYMENT_INTENT");
      const filter = { customerId: request.customer, sessionId: request.checkoutSession };
      const page = await listPaymentIntents(checkout, caller, filter, pageOf(request));
      const data = await messagesOf(checkout, caller, await viewPayments(checkout, page.data), wanted);
      return { object: "list", data, hasMore: page.hasMore, url: "/v1/payment_intents" };
    },

    async confirmPaymentIntent(request, context) {
      const caller = callerOf(context.values);
      const wanted = expansionOf(request, "PAYMENT_INTENT");
      const call = idempotentCallOf(context.values);
      const { id, paymentMethod: paymentMethodId, offSession, receiptEmail } = request;
      const returnUrl = returnUrlOf(request) ?? undefined;
      const confirmation = { paymentMethodId, offSession, receiptEmail, returnUrl };
      const confirming = confirmPaymentIntent(by(context), caller, id, confirmation, call);
      const answered = await withDeclined(checkout, caller, confirming);
      return await answerOnce(checkout, context, answered, wanted);
    },

    async updatePaymentIntent(request, context) {
      const caller = callerOf(context.values);
      const wanted = expansionOf(request, "PAYMENT_INTENT");
      const call = idempotentCallOf(context.values);
      const answered = await updatePaymentIntent(checkout, caller, request.id, request, call);
      return await answerOnce(checkout, context, answered, wanted);
    },

    async capturePaymentIntent(request, context) {
      const caller = callerOf(context.values);
      const wanted = expansionOf(request, "PAYMENT_INTENT");
      const call = idempotentCallOf(context.values);
      const amount = request.amountToCapture === undefined ? null : Number(request.amountToCapture);
      const answered = await capturePaymentIntent(by(context), caller, request.id, amount, call);
      return await answerOnce(checkout, context, answered, wanted);
    },

    async cancelPaymentIntent(request, context) {
      const caller = callerOf(context.values);
      const wanted = expansionOf(request, "PAYMENT_INTENT");
      const call = idempotentCallOf(context.values);
      const reason = cancellationReasonOf(request.cancellationReason);
      const answered = await cancelPaymentIntent(by(context), caller, request.id, reason, call);
      return await answerOnce(checkout, context, answered, wanted);
    },
  };
}
function orderOf(request: CreatePaymentIntentRequest): ChargeOrder {
  return {
    confirm: request.confirm,
    customerId: request.customer === "" ? null : request.customer,
    paymentMethodId: request.paymentMethod === "" ? null : request.paymentMethod,
    amount: Number(request.amount),
    currency: request.currency,
    offSession: request.offSession,
    metadata: request.metadata,
    description: request.description === "" ? null : request.description,
    statementDescriptor: request.statementDescriptor === "" ? null : request.statementDescriptor,
    receiptEmail: request.receiptEmail === "" ? null : request.receiptEmail,
    captureMethod: request.captureMethod === CaptureMethod.MANUAL ? "manual" : null,
    returnUrl: returnUrlOf(request),
  };
}

function returnUrlOf({ returnUrl }: { readonly returnUrl: string }): string | null {
  if (returnUrl === "") return null;
  checkRedirectUrl(returnUrl, "return_url");
  return returnUrl;
}

async function messagesOf(
  checkout: CheckoutContext,
  caller: MerchantScope,
  views: readonly PaymentView[],
  wanted: Expansion,
): Promise<PaymentIntent[]> {
  const messages = views.map(paymentIntentMessage);
  await expandIntents({ checkout, caller }, messages, wanted);
  return messages;
}

/** Answers a call that changes something; marked where an earlier call with its key made the change. */
async function answerOnce(
  checkout: CheckoutContext,
  context: HandlerContext,
  { view, replayed }: PaymentAnswer,
  wanted: Expansion,
) {
  markReplayed(context, replayed);
  return await answerOf(checkout, callerOf(context.values), view, wanted);
}

async function answerOf(
  checkout: CheckoutContext,
  caller: MerchantScope,
  view: PaymentView,
  wanted: Expansion,
) {
  const [paymentIntent] = await messagesOf(checkout, caller, [view], wanted);
  return paymentIntent === undefined ? {} : { paymentIntent };
}

/** Adds the payment itself to the error of a declined charge. */
async function withDeclined<Answer>(
  checkout: CheckoutContext,
  caller: MerchantScope,
  charging: Promise<Answer>,
): Promise<Answer> {
  try {
    return await charging;
  } catch (error) {
    if (!(error instanceof Refusal) || error.reason !== "CARD_DECLINED") throw error;
    const row = await getPaymentIntent(checkout, caller, error.facts["payment_intent"] ?? "");
    const value = paymentIntentMessage(await viewPayment(checkout, row));
    throw refusalError(error, undefined, [{ desc: PaymentIntentSchema, value }]);
  }
}
