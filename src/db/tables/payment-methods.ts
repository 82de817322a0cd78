import type { EntityManager } from "typeorm";
import { EntitySchema } from "typeorm/entity-schema/EntitySchema.js";

import type { Card } from "../../domain/gateway-result.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import type { Metadata } from "../../domain/metadata.js";
import type { AllowRedisplay } from "../../domain/saved-cards/offered-card.js";
import { isId } from "../../lib/ids.js";
import { bytes, flag, id, index, integer, json, optional, primary, time } from "../engine/columns.js";
import { queueInsert } from "../query/insert.js";
import { lockRow, placeholdersFor, rowsWhere, type Select, selectRow, selectRows } from "../query/select.js";
import { updateRows } from "../query/update.js";
import type { Tx } from "../transaction.js";

/** A card that was charged and may be charged again. Fields that the gateway did not give are null. */
export interface PaymentMethodRow extends MerchantScope, Card {
  readonly id: string;
  /** The customer that the card is attached to; it may be charged only with one. */
  readonly customerId: string | null;
  readonly type: "card";
  /** Equal for cards that look alike; identifies no single card. */
  readonly fingerprint: string | null;
  /** Billing details as JSON, sealed. */
  readonly billingSealed: Buffer | null;
  /**
   * The gateway's token (`xref`), sealed. Null if the result had none: such a card cannot be charged again.
   */
  readonly xrefSealed: Buffer | null;
  /** When the transaction with that token was made; null if it is the one that stored the card. */
  readonly xrefMadeAt: number | null;
  /** True if the shopper agreed that the card is stored: no other card may be attached to a customer. */
  readonly reusable: boolean;
  /** Whether payment pages may show the card to its customer. Null: nobody has said so. */
  readonly allowRedisplay: AllowRedisplay | null;
  /** Null until the merchant says something. */
  readonly metadata: Metadata | null;
  readonly createdAt: number;
}

export const paymentMethods = new EntitySchema<PaymentMethodRow>({
  name: "payment_method",
  synchronize: false,
  columns: {
    id: primary(id()),
    merchantId: id(),
    livemode: flag(),
    customerId: optional(id()),
    type: id(),
    brand: optional(id()),
    last4: optional(id()),
    expMonth: optional(integer()),
    expYear: optional(integer()),
    funding: optional(id()),
    country: optional(id()),
    fingerprint: optional(id()),
    billingSealed: optional(bytes()),
    xrefSealed: optional(bytes()),
    xrefMadeAt: optional(time()),
    reusable: flag(),
    allowRedisplay: optional(id()),
    metadata: optional(json()),
    createdAt: time(),
  },
  indices: [index("merchantId", "livemode", "customerId", "id")],
});

/** Stores a payment method with the transaction's next statement, or its COMMIT. */
export function queuePaymentMethod(tx: Tx, row: PaymentMethodRow): void {
  queueInsert(tx, paymentMethods, row);
}

/** The payment method with exactly this id, of any merchant. */
export async function findPaymentMethod(
  db: EntityManager,
  id: string,
): Promise<PaymentMethodRow | undefined> {
  if (!isId("pm", id)) return undefined;
  return await selectRow(db, paymentMethods, "WHERE id = ?", [id]);
}

/** The merchant's payment methods with these ids, in any order. */
export async function findPaymentMethods(
  db: EntityManager,
  { merchantId, livemode }: MerchantScope,
  ids: readonly string[],
): Promise<PaymentMethodRow[]> {
  if (ids.length === 0) return [];
  const condition = `WHERE merchant_id = ? AND livemode = ? AND id IN (${placeholdersFor(ids)})`;
  return await selectRows(db, paymentMethods, condition, [merchantId, livemode, ...ids]);
}

/** Selects the newest cards of a customer whose shopper has agreed that pages offer them, the newest first. */
export function cardsToOffer(
  { merchantId, livemode }: MerchantScope,
  customerId: string,
): Select<PaymentMethodRow[]> {
  const condition =
    "WHERE merchant_id = ? AND livemode = ? AND customer_id = ? AND allow_redisplay = 'always' ORDER BY id DESC LIMIT 50";
  return rowsWhere(paymentMethods, condition, [merchantId, livemode, customerId]);
}

/** The token of a later payment with a card: using the newest token keeps the card valid at the gateway. */
export interface NewerToken {
  readonly xrefSealed: Buffer;
  readonly xrefMadeAt: number;
}

/** Replaces the stored token of a card by a newer one; an older one changes nothing. */
export async function renewToken(tx: Tx, id: string, token: NewerToken): Promise<void> {
  const isOlder = "id = ? AND COALESCE(xref_made_at, created_at) <= ?";
  await updateRows(tx, paymentMethods, token, isOlder, [id, token.xrefMadeAt]);
}

/**
 * Reads and locks the payment method until the transaction ends. Throws if it is absent: none is ever
 * deleted.
 */
export async function lockPaymentMethod(tx: Tx, id: string): Promise<PaymentMethodRow> {
  return await lockRow(tx, paymentMethods, "WHERE id = ?", [id]);
}

/** Changes what the merchant says of a locked payment method. */
export async function changePaymentMethod(
  tx: Tx,
  id: string,
  change: Partial<Pick<PaymentMethodRow, "metadata" | "allowRedisplay">>,
): Promise<void> {
  await updateRows(tx, paymentMethods, change, "id = ?", [id]);
}

/** Attaches a payment method to a customer, or detaches it (null). */
export async function setCustomer(tx: Tx, id: string, customerId: string | null): Promise<void> {
  await updateRows(tx, paymentMethods, { customerId }, "id = ?", [id]);
}
