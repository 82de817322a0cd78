import { type EntityManager, EntitySchema } from "typeorm";

import { id, primary, text, time } from "./columns.js";
import { insertRows } from "./insert.js";
import type { Tx } from "./transaction.js";

/** A business that takes payments through us. */
export interface MerchantRow {
  id: string;
  name: string;
  createdAt: number;
}

export const merchants = new EntitySchema<MerchantRow>({
  name: "merchant",
  columns: { id: primary(id()), name: text(), createdAt: time() },
});

export async function insertMerchant(tx: Tx, row: MerchantRow): Promise<void> {
  await insertRows(tx, merchants, row);
}

export async function findMerchant(db: EntityManager, id: string): Promise<MerchantRow | undefined> {
  return (await db.createQueryBuilder(merchants, "m").where("m.id = :id", { id }).getOne()) ?? undefined;
}

/** All of them, the oldest first. */
export async function listMerchants(db: EntityManager): Promise<MerchantRow[]> {
  return await db.createQueryBuilder(merchants, "m").orderBy("m.id").getMany();
}
