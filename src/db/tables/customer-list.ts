import type { EntityManager } from "typeorm";

import type { Customer } from "../../domain/customer.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { scopeQuery } from "../query/list-query.js";
import { customers } from "./customers.js";

/** A customer's position in lists. Merchants choose ids, so ids do not sort by age. */
type Place = Pick<Customer, "createdAt" | "id">;

/** Start and length of a page of customers. */
export interface CustomerPage {
  readonly olderThan?: Place | undefined;
  /** Lists only newer customers, the nearest first. */
  readonly newerThan?: Place | undefined;
  readonly limit: number;
  /** Lists only customers with exactly this email address. */
  readonly email?: string | undefined;
}

/**
 * One page of a merchant's customers that are not deleted: the newest first, or after `newerThan` the oldest
 * first.
 */
export async function listCustomers(
  db: EntityManager,
  scope: MerchantScope,
  { olderThan, newerThan, limit, email }: CustomerPage,
): Promise<Customer[]> {
  const order = newerThan === undefined ? "DESC" : "ASC";
  const index =
    email === undefined ? "merchant_id_livemode_deleted_at_created_at_id" : "merchant_id_livemode_email_id";
  const query = scopeQuery(db, { rows: customers, alias: "c", index }, scope, order);
  query.andWhere("c.deletedAt IS NULL");
  if (email !== undefined) query.andWhere("c.email = :email", { email });
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
