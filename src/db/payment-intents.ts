import { EntitySchema } from "typeorm";

import { flag, id, integer, optional, primary, time } from "./columns.js";
import { insertRows } from "./insert.js";
import type { Tx } from "./transaction.js";

/** Money that was received, once for each session. */
export interface PaymentIntentRow {
  id: string;
  merchantId: string;
  livemode: boolean;
  /** Unique: the second net under the row lock of a completion. */
  sessionId: string;
  status: "succeeded";
  /** In minor units of `currency`. */
  amount: number;
  currency: string;
  customerId: string | null;
  paymentMethodId: string;
  /** The result that told of it. */
  gatewayResultId: string;
  createdAt: number;
}

export const paymentIntents = new EntitySchema<PaymentIntentRow>({
  name: "payment_intent",
  columns: {
    id: primary(id()),
    merchantId: id(),
    livemode: flag(),
    sessionId: id(),
    status: id(),
    amount: integer(),
    currency: id(),
    customerId: optional(id()),
    paymentMethodId: id(),
    gatewayResultId: id(),
    createdAt: time(),
  },
});

export async function insertPaymentIntent(tx: Tx, row: PaymentIntentRow): Promise<void> {
  await insertRows(tx, paymentIntents, row);
}
