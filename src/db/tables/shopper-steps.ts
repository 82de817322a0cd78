import type { EntityManager } from "typeorm";
import { EntitySchema } from "typeorm/entity-schema/EntitySchema.js";

import type { ShopperStep } from "../../domain/payment-intent.js";
import { bytes, id, integer, optional, primary, time } from "../engine/columns.js";
import { selectRow } from "../query/select.js";
import { queueUpsert } from "../query/upsert.js";
import type { Tx } from "../transaction.js";

/** The newest step of a shopper's for a payment intent. It is never deleted: the next one takes its place. */
export interface ShopperStepRow extends ShopperStep {
  readonly paymentIntentId: string;
  /** The challenge that the shopper's browser is to carry to the card's issuer, as JSON, sealed. Null: none. */
  readonly challengeSealed: Buffer | null;
}

export const shopperSteps = new EntitySchema<ShopperStepRow>({
  name: "shopper_step",
  synchronize: false,
  columns: {
    paymentIntentId: primary(id()),
    attempt: integer(),
    kind: id(),
    rounds: integer(),
    endsAt: time(),
    challengeSealed: optional(bytes()),
  },
});

/**
 * The newest step of a payment intent. In a serialisable transaction it is only read where there is one: what locks an
 * absent row blocks those of other payments.
 */
export async function findShopperStep(
  db: EntityManager,
  paymentIntentId: string,
): Promise<ShopperStepRow | undefined> {
  return await selectRow(db, shopperSteps, "WHERE payment_intent_id = ?", [paymentIntentId]);
}

/** Stores the newest step of a locked payment intent, with the transaction's next statement or its COMMIT. */
export function queueShopperStep(tx: Tx, row: ShopperStepRow): void {
  const { paymentIntentId, ...step } = row;
  queueUpsert(tx, shopperSteps, "paymentIntentId", { paymentIntentId, ...step }, step);
}
