import {
  findPaymentIntent,
  insertPaymentIntent,
  type PaymentIntentRow,
} from "../../db/tables/payment-intents.js";
import type { Run, Tx } from "../../db/transaction.js";
import { currencyByCode } from "../../domain/money.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import type { CaptureMethod, PaymentIntentStatus } from "../../domain/payment-intent.js";
import { Refusal } from "../../domain/refusal.js";
import { stoppedAt } from "../../lib/clock.js";
import { newId } from "../../lib/ids.js";
import { chargeCard } from "./charge-card.js";
import { chargeResponse, type PaymentAnswer } from "./charge-response.js";
import { chargeableCard } from "./chargeable-card.js";
import type { CheckoutContext } from "../context.js";
import { recordEvents } from "../events/record-events.js";
import { requireCustomer } from "../customers/get-customer.js";
import { findPrevious, type IdempotentCall, type PreviousCall, runIdempotent } from "../idempotency.js";
import { getPaymentIntent, viewPayment } from "../payments/payment-intents.js";
import { clockOf } from "../test-clock.js";

/** The charge of a customer's stored card that a merchant requests. Its shape is validated already. */
export interface ChargeOrder {
  /** Whether it is charged at once: then customer and payment method must be given. */
  readonly confirm: boolean;
  readonly customerId: string | null;
  readonly paymentMethodId: string | null;
  /** In minor units. */
  readonly amount: number;
  /** Three letters of ISO 4217, in either case. */
  readonly currency: string;
  /** True if the customer is not present. */
  readonly offSession: boolean;
  readonly metadata: Readonly<Record<string, string>>;
  readonly description: string | null;
  readonly statementDescriptor: string | null;
  readonly receiptEmail: string | null;
  /** Null: it is captured at once. */
  readonly captureMethod: CaptureMethod | null;
  /** Where the payment's page leads the customer in the end. */
  readonly returnUrl: string | null;
}

/**
 * Charges a stored card, once for each idempotency key. Throws a Refusal: `CARD_DECLINED` if the charge was
 * declined or failed, any other if nothing was stored, not even the key.
 */
export async function createPaymentIntent(
  checkout: CheckoutContext,
  scope: MerchantScope,
  order: ChargeOrder,
  call: IdempotentCall | undefined,
): Promise<PaymentAnswer> {
  const before = await findPrevious(checkout, scope, call);
  if (!order.confirm) return await createUnconfirmed(checkout, scope, order, call, before);
  if (before !== undefined) return await chargeResponse(checkout, scope, before);
  const { xref } = await chargeableCard(
    checkout,
    scope,
    required(order.customerId, "customer"),
    required(order.paymentMethodId, "payment_method"),
  );
  const now = (await clockOf(checkout, scope)).now();
  const intent = newIntent(scope, order, now);
  const record = (tx: Tx, run: Run): Promise<void> => store(checkout, tx, run, intent);
  return await chargeCard(checkout, scope, call, { intent, xref, now, record });
}

function required(value: string | null, param: string): string {
  if (value !== null) return value;
  throw new Refusal("PARAMETER_MISSING", `Missing required parameter: ${param}.`, param);
}

/** Records a payment that nothing is charged for yet. */
async function createUnconfirmed(
  checkout: CheckoutContext,
  scope: MerchantScope,
  order: ChargeOrder,
  call: IdempotentCall | undefined,
  before: PreviousCall | undefined,
): Promise<PaymentAnswer> {
  if (before !== undefined) return await asCreated(checkout, scope, order, before.objectId);
  const now = (await clockOf(checkout, scope)).now();
  const intent = newIntent(scope, { ...order, customerId: await payerOf(checkout, scope, order) }, now);
  const parts = { db: checkout.db, merchantClock: stoppedAt(now) };
  const { objectId, replayed } = await runIdempotent(parts, scope, call, intent.id, (tx, run) =>
    store(checkout, tx, run, intent),
  );
  if (replayed) return await asCreated(checkout, scope, order, objectId);
  return { view: await viewPayment(checkout, intent), replayed };
}

async function payerOf(
  checkout: CheckoutContext,
  scope: MerchantScope,
  { customerId, paymentMethodId }: ChargeOrder,
): Promise<string | null> {
  if (paymentMethodId !== null) {
    return (await chargeableCard(checkout, scope, customerId, paymentMethodId)).customerId;
  }
  if (customerId !== null) await requireCustomer(checkout, scope, customerId);
  return customerId;
}

/** The payment right after its creation, whatever has become of it since. */
async function asCreated(
  checkout: CheckoutContext,
  scope: MerchantScope,
  order: ChargeOrder,
  id: string,
): Promise<PaymentAnswer> {
  const stored = await getPaymentIntent(checkout, scope, id);
  const customerId = order.customerId ?? (order.paymentMethodId === null ? null : stored.customerId);
  const first = newIntent(scope, { ...order, customerId }, stored.createdAt);
  return { view: await viewPayment(checkout, { ...first, id }), replayed: true };
}

function newIntent(scope: MerchantScope, order: ChargeOrder, now: number): PaymentIntentRow {
  const currency = currencyByCode(order.currency);
  if (currency === undefined) throw new Refusal("CURRENCY_UNKNOWN", "The currency is unknown.", "currency");
  return {
    id: newId("pi", now),
    ...scope,
    sessionId: null,
    status: order.confirm ? "processing" : unconfirmed(order),
    amount: order.amount,
    amountReceived: 0,
    amountRefunded: 0,
    currency: currency.code,
    customerId: order.customerId,
    paymentMethodId: order.paymentMethodId,
    gatewayResultId: null,
    attempt: order.confirm ? 1 : 0,
    attemptCallId: order.confirm ? newId("call", now) : null,
    offSession: order.offSession,
    metadata: order.metadata,
    description: order.description,
    statementDescriptor: order.statementDescriptor,
    receiptEmail: order.receiptEmail,
    returnUrl: order.returnUrl,
    createdAt: now,
    canceledAt: null,
    cancellationReason: null,
    captureMethod: order.captureMethod,
    captureBefore: null,
    reversalStartedAt: null,
    heldResultId: null,
    settlement: null,
    settledAt: null,
  };
}

function unconfirmed({ paymentMethodId }: ChargeOrder): PaymentIntentStatus {
  return paymentMethodId === null ? "requires_payment_method" : "requires_confirmation";
}

async function store(
  checkout: CheckoutContext,
  tx: Tx,
  { again }: Run,
  intent: PaymentIntentRow,
): Promise<void> {
  // A COMMIT whose connection is lost has usually succeeded: then the row is stored already.
  if (again && (await findPaymentIntent(tx, intent.id)) !== undefined) return;
  const began = intent.status === "processing" ? (["payment_intent.processing"] as const) : [];
  const news = ["payment_intent.created", ...began] as const;
  recordEvents(checkout, tx, intent.createdAt, ...news.map((type) => [type, intent] as const));
  await insertPaymentIntent(tx, intent);
}
