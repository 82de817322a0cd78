import { type EntityManager, EntitySchema } from "typeorm";

import type { Owner } from "../domain/owner.js";
import { flag, id, optional, primary, text, time } from "./columns.js";
import { insertRows } from "./insert.js";
import type { Tx } from "./transaction.js";

/** A merchant's customer. The id may be the merchant's own choice, so it is unique only per merchant and mode. */
export interface CustomerRow {
  merchantId: string;
  livemode: boolean;
  id: string;
  email: string | null;
  createdAt: number;
}

export const customers = new EntitySchema<CustomerRow>({
  name: "customer",
  columns: {
    merchantId: primary(id()),
    livemode: primary(flag()),
    id: primary(id()),
    email: optional(text()),
    createdAt: time(),
  },
});

export async function insertCustomer(tx: Tx, row: CustomerRow): Promise<void> {
  await insertRows(tx, customers, row);
}

/** The owner's customer with exactly this id. */
export async function findCustomer(
  db: EntityManager,
  { merchantId, livemode }: Owner,
  customerId: string,
): Promise<CustomerRow | undefined> {
  const query = db
    .createQueryBuilder(customers, "c")
    .where("c.merchantId = :merchantId AND c.livemode = :livemode AND c.id = :customerId", {
      merchantId,
      livemode: livemode ? 1 : 0,
      customerId,
    });
  return (await query.getOne()) ?? undefined;
}
