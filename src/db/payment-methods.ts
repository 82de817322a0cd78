import { EntitySchema } from "typeorm";

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
    reusable: flag(),
    createdAt: time(),
  },
});

export async function insertPaymentMethod(tx: Tx, row: PaymentMethodRow): Promise<void> {
  await insertRows(tx, paymentMethods, row);
}
