import { noteAuthorization } from "../../checkout/results/note-authorization.js";
import type { CheckoutContext } from "../../checkout/context.js";
import { insertCheckoutSession } from "../../db/tables/checkout-sessions.js";
import type { GatewayAccountRow } from "../../db/tables/gateway-accounts.js";
import { queueGatewayResultRow } from "../../db/tables/gateway-results.js";
import { type PaymentIntentRow, queuePaymentIntent } from "../../db/tables/payment-intents.js";
import type { Tx } from "../../db/transaction.js";
import { AUTHORIZATION_DAYS, captureBefore } from "../../domain/captures/authorization.js";
import { OUTCOMES } from "../../sandbox/payments/outcomes.js";
import { insertSandboxTransaction } from "../../sandbox/tables/sandbox-transactions.js";
import { payForm } from "./demonstration-payments.js";
import { AMOUNT, completed, openSession } from "./demonstration-sessions.js";
import type { Base } from "./demonstration-webhooks.js";

/** A session whose payment is authorized, and waits to be captured. */
export async function writeAuthorization(
  checkout: CheckoutContext,
  tx: Tx,
  account: GatewayAccountRow,
  base: Base,
): Promise<void> {
  const open = { ...openSession(base, "cs_0demoAuthorized"), options: CAPTURED_LATER };
  const authorized = payForm(checkout, account, open, OUTCOMES.approve);
  await insertSandboxTransaction(tx, authorized.transaction);
  const named = { id: "gr_0demoAuthorized", outcome: "completed", heldReason: null } as const;
  queueGatewayResultRow(tx, { ...authorized.stored, ...named });
  const made = { paymentIntentId: INTENT, paymentMethodId: "pm_0demo" };
  const uncaptured = { pendingPayment: "uncaptured", amountReceived: 0 } as const;
  insertCheckoutSession(tx, { ...completed(open, authorized, made), ...uncaptured });
  const intent = intentOf(base, named.id);
  queuePaymentIntent(tx, intent);
  noteAuthorization(tx, intent);
}

const INTENT = "pi_0demoAuthorized";

const CAPTURED_LATER = {
  customerEmail: null,
  uiMode: "hosted",
  locale: null,
  submitType: null,
  paymentDescription: null,
  paymentMetadata: {},
  captureMethod: "manual",
} as const;

function intentOf(base: Base, gatewayResultId: string): PaymentIntentRow {
  return {
    ...base,
    id: INTENT,
    sessionId: "cs_0demoAuthorized",
    status: "requires_capture",
    amount: AMOUNT,
    amountReceived: 0,
    amountRefunded: 0,
    currency: "gbp",
    customerId: "cus_demo",
    paymentMethodId: "pm_0demo",
    gatewayResultId,
    attempt: 0,
    offSession: false,
    metadata: {},
    description: null,
    statementDescriptor: null,
    receiptEmail: null,
    returnUrl: null,
    canceledAt: null,
    cancellationReason: null,
    captureMethod: "manual",
    captureBefore: captureBefore(base.createdAt, false, AUTHORIZATION_DAYS),
    attemptCallId: null,
    reversalStartedAt: null,
    heldResultId: null,
    settlement: null,
    settledAt: null,
  };
}
