import { type EventType, insertEvents } from "../../db/tables/events.js";
import type { HeldPaymentRow } from "../../db/tables/held-payments.js";
import { findGatewayResults } from "../../db/tables/gateway-results.js";
import { addRefunded, type PaymentIntentRow } from "../../db/tables/payment-intents.js";
import { acceptRefund, insertRefund, lockRefund, type RefundRow } from "../../db/tables/refunds.js";
import { listTransactionsOfReversal, OF_SALE } from "../../db/tables/reversals.js";
import type { Tx } from "../../db/transaction.js";
import { givesMoneyBack, STATE } from "../../domain/gateway-codes.js";
import { receivedOf } from "../../domain/held-payment.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { reversalNamed } from "../../domain/refund.js";
import { Refusal } from "../../domain/refusal.js";
import { newId } from "../../lib/ids.js";
import type { CheckoutContext } from "../context.js";
import { factsOf } from "./get-held-payment.js";
import { lockHeldTarget } from "./held-target.js";
import { lockSucceeded } from "./raise-payment.js";
import { type PreviousCall, type IdempotentCall, runIdempotent } from "../idempotency.js";
import { type Decision, lockUnresolved, recordResolution } from "./record-resolution.js";
import { storedResult } from "../gateway-messages/store-gateway-result.js";
import { merchantParts } from "../test-clock.js";

/**
 * Accepts a held message that money was reversed. Its refund has succeeded, with the amount that the gateway
 * reports or, without one, with the amount requested. If that refund had succeeded already, or none was
 * requested, a new refund is recorded. So the payment's `amount_refunded` is the amount that was reversed. A
 * message about no known payment is only marked accepted.
 */
export async function acceptHeldRefund(
  checkout: CheckoutContext,
  scope: MerchantScope,
  wanted: HeldPaymentRow,
  decision: Decision,
  call: IdempotentCall,
): Promise<PreviousCall> {
  const parts = await merchantParts(checkout, scope);
  return await runIdempotent(parts, scope, call, wanted.id, async (tx, _run, clock) => {
    const payment = await lockSucceeded(tx, await lockHeldTarget(tx, wanted));
    const held = await lockUnresolved(checkout, tx, wanted.id);
    if (payment !== undefined) await recordMade(checkout, tx, payment, held, clock.now());
    await recordResolution(clock, tx, held, decision);
  });
}

async function recordMade(
  checkout: CheckoutContext,
  tx: Tx,
  payment: PaymentIntentRow,
  held: HeldPaymentRow,
  now: number,
): Promise<void> {
  const isNamed = held.reversalId !== null && reversalNamed(held.reversalId) === "refund";
  const refund = isNamed ? await lockRefund(tx, held.reversalId ?? "") : undefined;
  const amount = await amountReversed(checkout, tx, payment, held);
  if (refund !== undefined && refund.status !== "succeeded") {
    await makeRefund(tx, payment, refund, amount ?? refund.amount, now);
  } else if (amount !== undefined && (await isAnother(tx, held))) {
    await makeAnother(tx, payment, held, amount, now);
  }
}

/**
 * The amount that the message reports as reversed. A cancellation that this service did not request reports no
 * amount: it reverses all that is left, if it is that of the transaction that paid.
 */
async function amountReversed(
  checkout: CheckoutContext,
  tx: Tx,
  payment: PaymentIntentRow,
  held: HeldPaymentRow,
): Promise<number | undefined> {
  const { action, state, transactionKey } = storedResult(checkout, held);
  const isCancellation = givesMoneyBack(action) && state === STATE.CANCELED;
  if (held.reversalId === null && isCancellation) {
    const [paidBy] = await findGatewayResults(
      tx,
      payment.gatewayResultId === null ? [] : [payment.gatewayResultId],
    );
    const left = payment.amountReceived - payment.amountRefunded;
    return paidBy?.transactionKey === transactionKey && left > 0 ? left : undefined;
  }
  const said = receivedOf(factsOf(held));
  return said?.currency === payment.currency ? said.amount : undefined;
}

/** A pending refund has its amount reserved; a failed one has not. */
async function makeRefund(
  tx: Tx,
  payment: PaymentIntentRow,
  refund: RefundRow,
  amount: number,
  now: number,
): Promise<void> {
  await count(tx, payment, amount - (refund.status === "pending" ? refund.amount : 0));
  await acceptRefund(tx, refund.id, amount);
  tell(tx, refund, now, [
    ["charge.refunded", payment.id],
    ["refund.updated", refund.id],
  ]);
}

/** True if the message reports a reversal besides the recorded ones. */
async function isAnother(tx: Tx, { reversalId, transactionKey }: HeldPaymentRow): Promise<boolean> {
  if (reversalId === null) return true;
  const recorded = await listTransactionsOfReversal(tx, reversalId);
  return !recorded.includes(transactionKey) && !transactionKey.startsWith(OF_SALE);
}

async function makeAnother(
  tx: Tx,
  payment: PaymentIntentRow,
  { merchantId, livemode }: HeldPaymentRow,
  amount: number,
  now: number,
): Promise<void> {
  await count(tx, payment, amount);
  const { currency, id: paymentIntentId } = payment;
  const id = newId("re", now);
  const scope = { merchantId, livemode };
  const asked = { reason: null, metadata: {}, createdAt: now };
  const refund = { id, ...scope, paymentIntentId, currency, amount, ...asked };
  await insertRefund(tx, { ...refund, status: "succeeded", failure: null }, null);
  tell(tx, refund, now, [
    ["refund.created", id],
    ["charge.refunded", paymentIntentId],
    ["refund.updated", id],
  ]);
}

async function count(
  tx: Tx,
  { id, amountReceived, amountRefunded, currency }: PaymentIntentRow,
  more: number,
) {
  const left = amountReceived - amountRefunded;
  if (more > left) {
    const message = `The gateway gave back more than the ${left} ${currency}, in minor units, that are left of the payment.`;
    throw new Refusal("RESOLUTION_NOT_POSSIBLE", message, "resolution");
  }
  if (more !== 0) await addRefunded(tx, id, more);
}

function tell(
  tx: Tx,
  { merchantId, livemode }: MerchantScope,
  now: number,
  news: readonly (readonly [EventType, string])[],
): void {
  const shared = { merchantId, livemode, createdAt: now };
  insertEvents(
    tx,
    news.map(([type, objectId]) => ({ ...shared, id: newId("evt", now), type, objectId })),
  );
}
