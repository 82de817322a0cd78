import type { EntityManager, SelectQueryBuilder } from "typeorm";
import { EntitySchema } from "typeorm/entity-schema/EntitySchema.js";

import { type Customer, isCustomerId } from "../../domain/customer.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { flag, id, index, json, optional, primary, text, time } from "../engine/columns.js";
import { insertRows, queueInsert } from "../query/insert.js";
import { scopeQuery } from "../query/list-query.js";
import { lockForUpdate, type Tx } from "../transaction.js";

export const customers = new EntitySchema<Customer>({
  name: "customer",
  synchronize: false,
  columns: {
    merchantId: primary(id()),
    livemode: primary(flag()),
    id: primary(id()),
    email: optional(text(320)),
    name: optional(text(256)),
    metadata: json(),
    createdAt: time(),
    deletedAt: optional(time()),
  },
  indices: [index("merchantId", "livemode", "deletedAt", "createdAt", "id")],
});

export async function insertCustomer(tx: Tx, row: Customer): Promise<void> {
  await insertRows(tx, customers, row);
}

/** Stores a customer with the transaction's next statement, or its COMMIT. */
export function queueCustomer(tx: Tx, row: Customer): void {
  queueInsert(tx, customers, row);
}

/** The merchant's customer with exactly this id, deleted or not. */
export async function findCustomer(
  db: EntityManager,
  scope: MerchantScope,
  customerId: string,
): Promise<Customer | undefined> {
  if (!isCustomerId(customerId)) return undefined;
  return (await byId(db, scope, customerId).getOne()) ?? undefined;
}

/** The merchant's customers with these ids, deleted ones included, in any order. */
export async function findCustomers(
  db: EntityManager,
  scope: MerchantScope,
  ids: readonly string[],
): Promise<Customer[]> {
  return await ofOwner(db, scope).andWhere("c.id IN (:...ids)", { ids }).getMany();
}

/**
 * Reads and locks the customer until the transaction ends. Throws if it is absent: rows are never deleted.
 */
export async function lockCustomer(tx: Tx, scope: MerchantScope, customerId: string): Promise<Customer> {
  return await lockForUpdate(byId(tx, scope, customerId)).getOneOrFail();
}

/** Writes the fields of a customer that may change. */
export async function updateCustomerRow(tx: Tx, customer: Customer): Promise<void> {
  const { merchantId, livemode, id: customerId, email, name, metadata, deletedAt } = customer;
  const query = tx
    .createQueryBuilder()
    .update(customers)
    .set({ email, name, metadata, deletedAt })
    .where("merchant_id = :merchantId AND livemode = :livemode AND id = :customerId", {
      merchantId,
      livemode: livemode ? 1 : 0,
      customerId,
    });
  await query.updateEntity(false).execute();
}

/** A customer's position in lists. Merchants choose ids, so ids do not sort by age. */
type Place = Pick<Customer, "createdAt" | "id">;

/** Start and length of a page of customers. */
export interface CustomerPage {
  readonly olderThan?: Place | undefined;
  /** Lists only newer customers, the nearest first. */
  readonly newerThan?: Place | undefined;
  readonly limit: number;
}

/**
 * One page of a merchant's customers that are not deleted: the newest first, or after `newerThan` the oldest
 * first.
 */
export async function listCustomers(
  db: EntityManager,
  scope: MerchantScope,
  { olderThan, newerThan, limit }: CustomerPage,
): Promise<Customer[]> {
  const order = newerThan === undefined ? "DESC" : "ASC";
  const index = "merchant_id_livemode_deleted_at_created_at_id";
  const query = scopeQuery(db, { rows: customers, alias: "c", index }, scope, order);
  query.andWhere("c.deletedAt IS NULL");
  // Only the first half finds the place in the index: servers do not use one for a comparison of pairs.
  if (olderThan !== undefined)
    query.andWhere("c.createdAt <= :createdAt AND (c.createdAt < :createdAt OR c.id < :id)", {
      ...olderThan,
    });
  if (newerThan !== undefined)
    query.andWhere("c.createdAt >= :createdAt AND (c.createdAt > :createdAt OR c.id > :id)", {
      ...newerThan,
    });
  return await query.addOrderBy("c.createdAt", order).addOrderBy("c.id", order).limit(limit).getMany();
}

function byId(db: EntityManager, scope: MerchantScope, customerId: string): SelectQueryBuilder<Customer> {
  return ofOwner(db, scope).andWhere("c.id = :customerId", { customerId });
}

function ofOwner(db: EntityManager, { merchantId, livemode }: MerchantScope): SelectQueryBuilder<Customer> {
  return db
    .createQueryBuilder(customers, "c")
    .where("c.merchantId = :merchantId AND c.livemode = :livemode", {
      merchantId,
      livemode: livemode ? 1 : 0,
    });
}
