import type { EntityManager } from "typeorm";
import { EntitySchema } from "typeorm/entity-schema/EntitySchema.js";

import type { MerchantScope } from "../../domain/merchant-scope.js";
import type { PaymentIntent } from "../../domain/payment-intent.js";
import { isCustomerId } from "../../domain/customer.js";
import { isId } from "../../lib/ids.js";
import { flag, id, index, integer, json, optional, primary, time, uniqueIndex } from "../engine/columns.js";
import { insertRows, queueInsert } from "../query/insert.js";
import type { ListPage } from "../query/list-page.js";
import { pageQuery } from "../query/list-query.js";
import { lockForUpdate, type Tx } from "../transaction.js";

/**
 * A payment as it is stored, with columns that the API does not show. A session has at most one; the column
 * is unique.
 */
export interface PaymentIntentRow extends PaymentIntent {
  /**
   * Number of the newest direct charge, from 1; 0 for a session's payment, which is made on the gateway's
   * page.
   */
  readonly attempt: number;
  /** True if the customer is not present when the card is charged. */
  readonly offSession: boolean;
  readonly canceledAt: number | null;
  /**
   * Id of the call that recorded the newest attempt, the only one that may send it. Null without an attempt.
   */
  readonly attemptClaim: string | null;
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
    createdAt: time(),
    canceledAt: optional(time()),
    attemptClaim: optional(id()),
    reversalStartedAt: optional(time()),
    heldResultId: optional(id()),
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
  return (await db.createQueryBuilder(paymentIntents, "i").where("i.id = :id", { id }).getOne()) ?? undefined;
}

/** The merchant's payments with these ids, in any order. */
export async function findPaymentIntents(
  db: EntityManager,
  { merchantId, livemode }: MerchantScope,
  ids: readonly string[],
): Promise<PaymentIntentRow[]> {
  const query = db
    .createQueryBuilder(paymentIntents, "i")
    .where("i.merchantId = :merchantId AND i.livemode = :livemode AND i.id IN (:...ids)", {
      merchantId,
      livemode: livemode ? 1 : 0,
      ids,
    });
  return await query.getMany();
}

/** Which payments to list; an undefined field filters nothing. */
export interface PaymentIntentFilter {
  readonly customerId?: string | undefined;
  readonly sessionId?: string | undefined;
}

/** One page of a merchant's payments by age: the newest first, or after `newerThan` the oldest first. */
export async function listPaymentIntents(
  db: EntityManager,
  scope: MerchantScope,
  { customerId, sessionId }: PaymentIntentFilter,
  page: ListPage,
): Promise<PaymentIntentRow[]> {
  if (customerId !== undefined && !isCustomerId(customerId)) return [];
  if (sessionId !== undefined && !isId("cs", sessionId)) return [];
  const query = pageQuery(
    db,
    { rows: paymentIntents, alias: "i", index: indexFor({ customerId, sessionId }) },
    scope,
    page,
  );
  if (customerId !== undefined) query.andWhere("i.customerId = :customerId", { customerId });
  if (sessionId !== undefined) query.andWhere("i.sessionId = :sessionId", { sessionId });
  return await query.getMany();
}

function indexFor({ customerId, sessionId }: PaymentIntentFilter): string | undefined {
  if (sessionId !== undefined) return undefined;
  return customerId === undefined ? "merchant_id_livemode_id" : "merchant_id_livemode_customer_id_id";
}

/** Reads and locks the payment until the transaction ends. Throws if it is absent: none is ever deleted. */
export async function lockPaymentIntent(tx: Tx, id: string): Promise<PaymentIntentRow> {
  const query = tx.createQueryBuilder(paymentIntents, "i").where("i.id = :id", { id });
  return await lockForUpdate(query).getOneOrFail();
}

/**
 * Adds `amount`, in minor units and possibly negative, to the refunded amount. Throws if the sum is above the
 * amount received or below 0.
 */
export async function addRefunded(tx: Tx, id: string, amount: number): Promise<void> {
  const query = tx
    .createQueryBuilder()
    .update(paymentIntents)
    .set({ amountRefunded: () => "amount_refunded + :amount" })
    .where("id = :id AND amount_refunded + :amount BETWEEN 0 AND amount_received", { id, amount });
  const { affected } = await query.updateEntity(false).execute();
  if (affected !== 1) throw new Error(`Payment ${id} has no ${amount} more to refund.`);
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
    | "attemptClaim"
    | "offSession"
    | "canceledAt"
    | "reversalStartedAt"
    | "heldResultId"
  >
>;

/**
 * Changes a locked payment that has not succeeded. Throws unless that was one row: the last safeguard behind
 * the row lock.
 */
export async function changePaymentIntent(tx: Tx, id: string, change: PaymentIntentChange): Promise<void> {
  const query = tx
    .createQueryBuilder()
    .update(paymentIntents)
    .set(change)
    .where("id = :id AND status <> 'succeeded'", { id });
  const { affected } = await query.updateEntity(false).execute();
  if (affected !== 1) throw new Error(`Payment ${id} has succeeded already.`);
}
