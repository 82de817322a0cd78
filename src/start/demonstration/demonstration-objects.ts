import type { CheckoutContext } from "../../checkout/context.js";
import { insertCheckoutSession } from "../../db/tables/checkout-sessions.js";
import { insertCustomer } from "../../db/tables/customers.js";
import type { GatewayAccountRow } from "../../db/tables/gateway-accounts.js";
import { queueGatewayResultRow } from "../../db/tables/gateway-results.js";
import { type PaymentIntentRow, queuePaymentIntent } from "../../db/tables/payment-intents.js";
import { type PaymentMethodRow, queuePaymentMethod } from "../../db/tables/payment-methods.js";
import { insertRefund } from "../../db/tables/refunds.js";
import type { Tx } from "../../db/transaction.js";
import { NO_DETAILS } from "../../domain/customer.js";
import { SETTLEMENT } from "../../domain/settlement/settlement.js";
import { OUTCOMES, VERIFIED } from "../../sandbox/payments/outcomes.js";
import { insertSandboxTransaction } from "../../sandbox/tables/sandbox-transactions.js";
import { writeAuthorization } from "./demonstration-authorization.js";
import { type DemonstrationPayment, payForm } from "./demonstration-payments.js";
import { AMOUNT, completed, openSession } from "./demonstration-sessions.js";
import { type Base, writeWebhooks } from "./demonstration-webhooks.js";

/**
 * Writes the objects that the examples of the API's document name, so that each example can be sent as it stands: in
 * the transaction that creates the demonstration merchant. `account` is its account at the sandbox gateway.
 *
 * Their ids are fixed, and begin with a 0: in lists, which go by id, they are older than everything else. They can be
 * guessed: they are for trying, and no money depends on them.
 */
export async function writeDemonstrationObjects(
  checkout: CheckoutContext,
  tx: Tx,
  account: GatewayAccountRow,
): Promise<void> {
  const scope = { merchantId: account.merchantId, livemode: false };
  const base = { ...scope, createdAt: account.createdAt };
  await writeCustomers(tx, base);
  const { paid, payment } = await writeSessions(checkout, tx, account, base);
  const setup = await writeSetup(checkout, tx, account, base);
  for (const id of ["pm_0demo", "pm_0demoSpare"]) writeCard(tx, base, payment, id);
  writeCard(tx, base, setup, "pm_0demoSetup");
  await writePayments(tx, base);
  await writeAuthorization(checkout, tx, account, base);
  await writeWebhooks(checkout, tx, base, paid);
}

async function writeCustomers(tx: Tx, base: Base): Promise<void> {
  const known = { email: "ada@example.com", name: "Ada Lovelace", metadata: { plan: "pro" } };
  const ada = { ...NO_DETAILS, ...known, deletedAt: null };
  for (const id of ["cus_demo", "cus_demo_leaving"]) await insertCustomer(tx, { ...base, ...ada, id });
}

const REFUNDED = 1000;

/** One that is paid, one that is open, and one whose payment is held. */
async function writeSessions(checkout: CheckoutContext, tx: Tx, account: GatewayAccountRow, base: Base) {
  const open = openSession(base, "cs_0demoOpen");
  insertCheckoutSession(tx, open);
  const held = { ...openSession(base, "cs_0demoHeld"), pendingPayment: "held" as const };
  insertCheckoutSession(tx, held);
  const partial = payForm(checkout, account, held, OUTCOMES.partial);
  await insertSandboxTransaction(tx, partial.transaction);
  queueGatewayResultRow(tx, {
    ...partial.stored,
    id: "gr_0demoHeld",
    outcome: "held",
    heldReason: "approved_variant",
  });
  const unpaid = openSession(base, "cs_0demo");
  const payment = payForm(checkout, account, unpaid, OUTCOMES.approve);
  await insertSandboxTransaction(tx, {
    ...payment.transaction,
    amountReceived: AMOUNT - REFUNDED, // The sandbox captures less where a part is refunded before settlement.
  });
  queueGatewayResultRow(tx, { ...payment.stored, id: "gr_0demo", outcome: "completed", heldReason: null });
  const paid = completed(unpaid, payment, { paymentIntentId: "pi_0demo", paymentMethodId: "pm_0demo" });
  insertCheckoutSession(tx, paid);
  return { paid, payment };
}

/** A session that has stored a card without a payment. */
async function writeSetup(
  checkout: CheckoutContext,
  tx: Tx,
  account: GatewayAccountRow,
  base: Base,
): Promise<DemonstrationPayment> {
  const nothing = { mode: "setup", amountTotal: 0, lineItems: [] } as const;
  const open = { ...openSession(base, "cs_0demoSetup"), ...nothing };
  const verified = payForm(checkout, account, open, VERIFIED);
  await insertSandboxTransaction(tx, verified.transaction);
  queueGatewayResultRow(tx, {
    ...verified.stored,
    id: "gr_0demoSetup",
    outcome: "completed",
    heldReason: null,
  });
  const stored = { paymentIntentId: null, paymentMethodId: "pm_0demoSetup" };
  insertCheckoutSession(tx, completed(open, verified, stored));
  return verified;
}

/** The card of a payment, or of a verification. One is kept twice: an example detaches it. */
function writeCard(tx: Tx, base: Base, { result, stored }: DemonstrationPayment, id: string): void {
  const card: PaymentMethodRow = {
    ...base,
    id,
    ...result.card,
    customerId: "cus_demo",
    type: "card",
    fingerprint: null,
    billingSealed: null,
    xrefSealed: stored.xrefSealed,
    xrefMadeAt: null,
    reusable: true,
    allowRedisplay: "limited",
    metadata: null,
  };
  queuePaymentMethod(tx, card);
}

/** The session's payment with its refund, and two without a card: one to confirm, one to cancel. */
async function writePayments(tx: Tx, base: Base): Promise<void> {
  const paid: PaymentIntentRow = {
    ...base,
    id: "pi_0demo",
    sessionId: "cs_0demo",
    status: "succeeded",
    amount: AMOUNT,
    amountReceived: AMOUNT,
    amountRefunded: REFUNDED,
    currency: "gbp",
    customerId: "cus_demo",
    paymentMethodId: "pm_0demo",
    gatewayResultId: "gr_0demo",
    returnUrl: null,
    attempt: 0,
    offSession: false,
    metadata: {},
    description: null,
    statementDescriptor: null,
    receiptEmail: null,
    canceledAt: null,
    cancellationReason: null,
    captureMethod: null,
    captureBefore: null,
    attemptCallId: null,
    reversalStartedAt: null,
    heldResultId: null,
    settlement: SETTLEMENT.ACCEPTED,
    settledAt: base.createdAt,
  };
  queuePaymentIntent(tx, paid);
  for (const id of ["pi_0demoUnpaid", "pi_0demoLeft"]) {
    queuePaymentIntent(tx, {
      ...paid,
      id,
      sessionId: null,
      status: "requires_payment_method",
      amountReceived: 0,
      amountRefunded: 0,
      settlement: null,
      settledAt: null,
      gatewayResultId: null,
    });
  }
  const refund = {
    ...base,
    id: "re_0demo",
    paymentIntentId: paid.id,
    amount: REFUNDED,
    currency: paid.currency,
    status: "succeeded",
    reason: "requested_by_customer",
    failure: null,
    metadata: {},
  } as const;
  await insertRefund(tx, refund, null);
}
