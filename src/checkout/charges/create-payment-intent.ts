import {
  findPaymentIntent,
  insertPaymentIntent,
  type PaymentIntentRow,
} from "../../db/tables/payment-intents.js";
import type { Run, Tx } from "../../db/transaction.js";
import { currencyByCode } from "../../domain/money.js";
import type { Owner } from "../../domain/merchant-scope.js";
import { Refusal } from "../../domain/refusal.js";
import { newId } from "../../lib/ids.js";
import { type AnsweredPayment, answerCharge } from "./charge-response.js";
import { chargeCard } from "./charge-card.js";
import { chargeableCard } from "./chargeable-card.js";
import type { Checkout } from "../context.js";
import { doneBefore, type IdempotentCall } from "../idempotency.js";
import { clockOf } from "../test-clock.js";

/** What a merchant wants of a customer's stored card. Its shape was checked already. */
export interface ChargeOrder {
  readonly customerId: string;
  readonly paymentMethodId: string;
  /** In minor units. */
  readonly amount: number;
  /** Three letters of ISO 4217, in either case. */
  readonly currency: string;
  /** True where the customer is not there. */
  readonly offSession: boolean;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Charges a stored card, once for each idempotency key. Throws a Refusal: `CARD_DECLINED` where the charge came to nothing,
 * any other where nothing was stored, not even the key.
 */
export async function createPaymentIntent(
  checkout: Checkout,
  owner: Owner,
  order: ChargeOrder,
  call: IdempotentCall | undefined,
): Promise<AnsweredPayment> {
  const before = await doneBefore(checkout, owner, call);
  if (before !== undefined) return await answerCharge(checkout, owner, before);
  const { xref } = await chargeableCard(checkout, owner, order.customerId, order.paymentMethodId);
  const now = (await clockOf(checkout, owner)).now();
  const intent = newIntent(owner, order, now);
  const record = (tx: Tx, run: Run): Promise<void> => store(tx, run, intent);
  return await chargeCard(checkout, owner, call, { intent, xref, now, record });
}

function newIntent(owner: Owner, order: ChargeOrder, now: number): PaymentIntentRow {
  const currency = currencyByCode(order.currency);
  if (currency === undefined) throw new Refusal("CURRENCY_UNKNOWN", "The currency is unknown.", "currency");
  return {
    id: newId("pi", now),
    ...owner,
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
    attemptClaim: newId("claim", now),
    offSession: order.offSession,
    metadata: order.metadata,
    createdAt: now,
    canceledAt: null,
    returnBegunAt: null,
    heldResultId: null,
  };
}

async function store(tx: Tx, { again }: Run, intent: PaymentIntentRow): Promise<void> {
  // A connection lost at COMMIT usually had committed: then the row is there already.
  if (again && (await findPaymentIntent(tx, intent.id)) !== undefined) return;
  await insertPaymentIntent(tx, intent);
}
