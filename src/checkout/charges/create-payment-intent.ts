import {
  findPaymentIntent,
  insertPaymentIntent,
  type PaymentIntentRow,
} from "../../db/tables/payment-intents.js";
import type { Run, Tx } from "../../db/transaction.js";
import { currencyByCode } from "../../domain/money.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { Refusal } from "../../domain/refusal.js";
import { newId } from "../../lib/ids.js";
import { type PaymentAnswer, chargeResponse, chargeCard, chargeableCard } from "./charge-card.js";
import type { CheckoutContext } from "../context.js";
import { recordEvents } from "../events/record-events.js";
import { findPrevious, type IdempotentCall } from "../idempotency.js";
import { clockOf } from "../test-clock.js";

/** The charge of a customer's stored card that a merchant requests. Its shape is validated already. */
export interface ChargeOrder {
  readonly customerId: string;
  readonly paymentMethodId: string;
  /** In minor units. */
  readonly amount: number;
  /** Three letters of ISO 4217, in either case. */
  readonly currency: string;
  /** True if the customer is not present. */
  readonly offSession: boolean;
  readonly metadata: Readonly<Record<string, string>>;
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
  if (before !== undefined) return await chargeResponse(checkout, scope, before);
  const { xref } = await chargeableCard(checkout, scope, order.customerId, order.paymentMethodId);
  const now = (await clockOf(checkout, scope)).now();
  const intent = newIntent(scope, order, now);
  const record = (tx: Tx, run: Run): Promise<void> => store(checkout, tx, run, intent);
  return await chargeCard(checkout, scope, call, { intent, xref, now, record });
}

function newIntent(scope: MerchantScope, order: ChargeOrder, now: number): PaymentIntentRow {
  const currency = currencyByCode(order.currency);
  if (currency === undefined) throw new Refusal("CURRENCY_UNKNOWN", "The currency is unknown.", "currency");
  return {
    id: newId("pi", now),
    ...scope,
    sessionId: null,
    status: "processing",
    amount: order.amount,
    amountReceived: 0,
    amountRefunded: 0,
    currency: currency.code,
    customerId: order.customerId,
    paymentMethodId: order.paymentMethodId,
    gatewayResultId: null,
    attempt: 1,
    attemptCallId: newId("call", now),
    offSession: order.offSession,
    metadata: order.metadata,
    description: null,
    createdAt: now,
    canceledAt: null,
    reversalStartedAt: null,
    heldResultId: null,
  };
}

async function store(
  checkout: CheckoutContext,
  tx: Tx,
  { again }: Run,
  intent: PaymentIntentRow,
): Promise<void> {
  // A COMMIT whose connection is lost has usually succeeded: then the row is stored already.
  if (again && (await findPaymentIntent(tx, intent.id)) !== undefined) return;
  const news = ["payment_intent.created", "payment_intent.processing"] as const;
  recordEvents(checkout, tx, intent.createdAt, ...news.map((type) => [type, intent] as const));
  await insertPaymentIntent(tx, intent);
}
