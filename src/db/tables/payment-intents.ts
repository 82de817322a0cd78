import type { EntityManager } from "typeorm";
import { EntitySchema } from "typeorm/entity-schema/EntitySchema.js";

import type { MerchantScope } from "../../domain/merchant-scope.js";
import type { PaymentIntent } from "../../domain/payment-intent.js";
import { isId } from "../../lib/ids.js";
import {
  flag,
  id,
  index,
  integer,
  json,
  optional,
  primary,
  text,
  time,
  uniqueIndex,
} from "../engine/columns.js";
import { insertRows, queueInsert } from "../query/insert.js";
import { lockRow, placeholdersFor, selectRow, selectRows } from "../query/select.js";
import { updateRows } from "../query/update.js";
import type { Tx } from "../transaction.js";

/**
 * A payment as it is stored, with columns that the API does not show. A session has at most one; the column
 * is unique.
 */
export interface PaymentIntentRow extends PaymentIntent {
  /** True if the customer is not present when the card is charged. */
  readonly offSession: boolean;
  /**
   * Id of the call that recorded the newest attempt, the only one that may send it. Null without an attempt.
   */
  readonly attemptCallId: string | null;
  /** When the reversal of one of its held payments was first requested; null if none was. */
  readonly reversalStartedAt: number | null;
  /**
   * The held payment that stands for its newest charge while the outcome of that is unknown; null otherwise.
   */
  readonly heldResultId: string | null;
}

export const paymentIntents = new EntitySchema<PaymentIntentRow>({
  name: "payment_intent",
  synchronize: false,
  columns: {
    id: primary(id()),
    merchantId: id(),
    livemode: flag(),
    sessionId: optional(id()),
    status: id(),
    amount: integer(),
    amountReceived: integer(),
    amountRefunded: integer(),
    currency: id(),
    customerId: optional(id()),
    paymentMethodId: optional(id()),
    gatewayResultId: optional(id()),
    attempt: integer(),
    offSession: flag(),
    metadata: json(),
    description: optional(text(1000)),
    statementDescriptor: optional(text(22)),
    receiptEmail: optional(text(320)),
    returnUrl: optional(text(5000)),
    createdAt: time(),
    canceledAt: optional(time()),
    cancellationReason: optional(id()),
    captureMethod: optional(id()),
    captureBefore: optional(time()),
    attemptCallId: optional(id()),
    reversalStartedAt: optional(time()),
    heldResultId: optional(id()),
    settlement: optional(id()),
    settledAt: optional(time()),
  },
  indices: [
    uniqueIndex("sessionId"),
    index("merchantId", "livemode", "customerId", "id"),
    index("merchantId", "livemode", "id"),
  ],
});

export async function insertPaymentIntent(tx: Tx, row: PaymentIntentRow): Promise<void> {
  await insertRows(tx, paymentIntents, row);
}

/** Stores a payment with the transaction's next statement, or its COMMIT. */
export function queuePaymentIntent(tx: Tx, row: PaymentIntentRow): void {
  queueInsert(tx, paymentIntents, row);
}

/** The payment with exactly this id, of any merchant. */
export async function findPaymentIntent(
  db: EntityManager,
  id: string,
): Promise<PaymentIntentRow | undefined> {
  if (!isId("pi", id)) return undefined;
  return await selectRow(db, paymentIntents, "WHERE id = ?", [id]);
}

/** The merchant's payments with these ids, in any order. */
export async function findPaymentIntents(
  db: EntityManager,
  { merchantId, livemode }: MerchantScope,
  ids: readonly string[],
): Promise<PaymentIntentRow[]> {
  if (ids.length === 0) return [];
  const condition = `WHERE merchant_id = ? AND livemode = ? AND id IN (${placeholdersFor(ids)})`;
  return await selectRows(db, paymentIntents, condition, [merchantId, livemode, ...ids]);
}

/** Reads and locks the payment until the transaction ends. Throws if it is absent: none is ever deleted. */
export async function lockPaymentIntent(tx: Tx, id: string): Promise<PaymentIntentRow> {
  return await lockRow(tx, paymentIntents, "WHERE id = ?", [id]);
}

/**
 * Adds `amount`, in minor units and possibly negative, to the refunded amount. Throws if the sum is above the
 * amount received or below 0.
 */
export async function addRefunded(tx: Tx, id: string, amount: number): Promise<void> {
  const change = { amountRefunded: () => ({ sql: "amount_refunded + ?", values: [amount] }) };
  const inRange = "id = ? AND amount_refunded + ? BETWEEN 0 AND amount_received";
  if ((await updateRows(tx, paymentIntents, change, inRange, [id, amount])) !== 1)
    throw new Error(`Payment ${id} has no ${amount} more to refund.`);
}

/** Raises the amount of a succeeded payment. */
export async function raiseAmount(tx: Tx, id: string, amount: number): Promise<void> {
  const isLess = "id = ? AND status = 'succeeded' AND amount_received < ?";
  if ((await updateRows(tx, paymentIntents, { amount, amountReceived: amount }, isLess, [id, amount])) !== 1)
    throw new Error(`Payment ${id} cannot be raised to ${amount}.`);
}

/** Writes what the merchant says of a locked payment, whatever its status. */
export async function setPaymentDetails(
  tx: Tx,
  id: string,
  { metadata, description, statementDescriptor, receiptEmail }: PaymentDetails,
): Promise<void> {
  const change = { metadata, description, statementDescriptor, receiptEmail };
  await updateRows(tx, paymentIntents, change, "id = ?", [id]);
}

/** What a merchant says of a payment. */
export type PaymentDetails = Pick<
  PaymentIntent,
  "metadata" | "description" | "statementDescriptor" | "receiptEmail"
>;

/** Records what became of the settlement of a locked payment. */
export async function setSettlement(
  tx: Tx,
  id: string,
  change: Pick<PaymentIntent, "settlement" | "settledAt">,
): Promise<void> {
  await updateRows(tx, paymentIntents, change, "id = ?", [id]);
}

/** The fields of a payment that charging it changes. */
export type PaymentIntentChange = Partial<
  Pick<
    PaymentIntentRow,
    | "status"
    | "amount"
    | "amountReceived"
    | "currency"
    | "paymentMethodId"
    | "gatewayResultId"
    | "attempt"
    | "attemptCallId"
    | "offSession"
    | "canceledAt"
    | "cancellationReason"
    | "captureBefore"
    | "customerId"
    | "receiptEmail"
    | "reversalStartedAt"
    | "heldResultId"
    | "settlement"
    | "returnUrl"
  >
>;

/**
 * Changes a locked payment that has not succeeded. Throws unless that was one row: the last safeguard behind
 * the row lock.
 */
export async function changePaymentIntent(tx: Tx, id: string, change: PaymentIntentChange): Promise<void> {
  const isOpen = "id = ? AND status <> 'succeeded'";
  if ((await updateRows(tx, paymentIntents, change, isOpen, [id])) !== 1)
    throw new Error(`Payment ${id} has succeeded already.`);
}
