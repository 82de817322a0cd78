import { type EntityManager, EntitySchema } from "typeorm";

import { bytes, flag, id, integer, optional, primary, time } from "./columns.js";
import { insertRows } from "./insert.js";
import type { Tx } from "./transaction.js";

/** A card that was paid with and may be charged again. What the gateway did not say of it is null. */
export interface PaymentMethodRow {
  id: string;
  merchantId: string;
  livemode: boolean;
  customerId: string | null;
  type: "card";
  brand: string | null;
  last4: string | null;
  /** 1 to 12. */
  expMonth: number | null;
  /** Four digits. */
  expYear: number | null;
  /** The gateway's token, sealed. Null where the result held none: such a card cannot be charged again. */
  xrefSealed: Buffer | null;
  /** When the transaction was made whose token that is; null where it is the one that stored the card. */
  xrefMadeAt: number | null;
  /** True where the shopper agreed that the card is kept: without that nobody may charge it again. */
  reusable: boolean;
  createdAt: number;
}

export const paymentMethods = new EntitySchema<PaymentMethodRow>({
  name: "payment_method",
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
    xrefSealed: optional(bytes()),
    xrefMadeAt: optional(time()),
    reusable: flag(),
    createdAt: time(),
  },
});

export async function insertPaymentMethod(tx: Tx, row: PaymentMethodRow): Promise<void> {
  await insertRows(tx, paymentMethods, row);
}

/** The payment method with exactly this id, whoever owns it. */
export async function findPaymentMethod(
  db: EntityManager,
  id: string,
): Promise<PaymentMethodRow | undefined> {
  return (await db.createQueryBuilder(paymentMethods, "m").where("m.id = :id", { id }).getOne()) ?? undefined;
}

/** The token of a payment that was made with a card: the newest one keeps the card alive at the gateway. */
export interface NewerToken {
  readonly xrefSealed: Buffer;
  readonly xrefMadeAt: number;
}

/** Puts a newer token of the same card in the place of the one that is stored; an older one changes nothing. */
export async function renewToken(tx: Tx, id: string, token: NewerToken): Promise<void> {
  const { xrefMadeAt: madeAt } = token;
  await tx
    .createQueryBuilder()
    .update(paymentMethods)
    .set(token)
    .where("id = :id AND COALESCE(xref_made_at, created_at) <= :madeAt", { id, madeAt })
    .updateEntity(false)
    .execute();
}
