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
import { recordEvents } from "../events/record-events.js";
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
    await recordResolution(checkout, clock, tx, held, decision);
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
    await makeRefund(checkout, tx, payment, refund, amount ?? refund.amount, now);
  } else if (amount !== undefined && (await isAnother(tx, held))) {
    await makeAnother(checkout, tx, payment, held, amount, now);
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
  checkout: CheckoutContext,
  tx: Tx,
  payment: PaymentIntentRow,
  refund: RefundRow,
  amount: number,
  now: number,
): Promise<void> {
  const counted = await count(tx, payment, amount - (refund.status === "pending" ? refund.amount : 0));
  await acceptRefund(tx, refund.id, amount);
  const made = { ...refund, amount, status: "succeeded", failure: null } as const;
  recordEvents(checkout, tx, now, ["charge.refunded", counted], ["refund.updated", made]);
}

/** True if the message reports a reversal besides the recorded ones. */
async function isAnother(tx: Tx, { reversalId, transactionKey }: HeldPaymentRow): Promise<boolean> {
  if (reversalId === null) return true;
  const recorded = await listTransactionsOfReversal(tx, reversalId);
  return !recorded.includes(transactionKey) && !transactionKey.startsWith(OF_SALE);
}

async function makeAnother(
  checkout: CheckoutContext,
  tx: Tx,
  payment: PaymentIntentRow,
  { merchantId, livemode }: HeldPaymentRow,
  amount: number,
  now: number,
): Promise<void> {
  const counted = await count(tx, payment, amount);
  const { currency, id: paymentIntentId } = payment;
  const id = newId("re", now);
  const scope = { merchantId, livemode };
  const asked = { reason: null, metadata: {}, createdAt: now };
  const made = { status: "succeeded", failure: null } as const;
  const refund = { id, ...scope, paymentIntentId, currency, amount, ...asked, ...made };
  await insertRefund(tx, refund, null);
  recordEvents(
    checkout,
    tx,
    now,
    ["refund.created", refund],
    ["charge.refunded", counted],
    ["refund.updated", refund],
  );
}

/** Adds to the payment's refunded amount. Returns the payment as it is then. */
async function count(tx: Tx, payment: PaymentIntentRow, more: number): Promise<PaymentIntentRow> {
  const { id, amountReceived, amountRefunded, currency } = payment;
  const left = amountReceived - amountRefunded;
  if (more > left) {
    const message = `The gateway gave back more than the ${left} ${currency}, in minor units, that are left of the payment.`;
    throw new Refusal("RESOLUTION_NOT_POSSIBLE", message, "resolution");
  }
  if (more !== 0) await addRefunded(tx, id, more);
  return { ...payment, amountRefunded: amountRefunded + more };
}
