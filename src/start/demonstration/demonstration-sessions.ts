import type { CheckoutSessionRow } from "../../db/tables/checkout-sessions.js";
import { type CheckoutSession, LIFE_MAX_MS } from "../../domain/session.js";
import type { DemonstrationPayment } from "./demonstration-payments.js";
import type { Base } from "./demonstration-webhooks.js";

/** What every payment of the demonstration is over, in minor units. */
export const AMOUNT = 2999;

/** A session that a payment, or a verification, has completed. */
export function completed(
  open: CheckoutSession,
  { result }: DemonstrationPayment,
  made: Pick<CheckoutSession, "paymentIntentId" | "paymentMethodId">,
): CheckoutSessionRow {
  return {
    ...open,
    ...made,
    status: "complete",
    formsGiven: 1,
    formGivenAt: open.createdAt,
    expiredAt: null,
    reversalStartedAt: null,
    completedAt: open.createdAt,
    completedBy: result.transactionKey,
  };
}

/** A session that nobody has paid yet. */
export function openSession({ merchantId, livemode, createdAt }: Base, id: string) {
  return {
    id,
    merchantId,
    livemode,
    createdAt,
    status: "open" as const,
    mode: null,
    currency: "gbp",
    amountTotal: AMOUNT,
    lineItems: [{ name: "Pro Plan — Monthly", unitAmount: AMOUNT, quantity: 1 }],
    successUrl: "https://yourapp.com/checkout/success",
    cancelUrl: "https://yourapp.com/checkout/cancel",
    customerId: "cus_demo",
    customerCreation: null,
    clientReferenceId: null,
    metadata: {},
    options: null,
    attempt: 1,
    formsGiven: 0,
    expiresAt: createdAt + LIFE_MAX_MS,
    completedAt: null,
    completedLate: false,
    completedBy: null,
    paymentIntentId: null,
    paymentMethodId: null,
    billingSealed: null,
    pendingPayment: null,
    lastDecline: null,
    amountReceived: null,
    cardChoice: null,
  };
}
