import type { EntityManager, EntitySchema, ObjectLiteral, SelectQueryBuilder } from "typeorm";

import type { MerchantScope } from "../../domain/merchant-scope.js";
import type { ListPage } from "./list-page.js";

/** The table to list, and its alias in conditions. */
export interface Listed<Row extends ObjectLiteral> {
  readonly rows: EntitySchema<Row>;
  readonly alias: string;
  /**
   * The index over scope and age, without the table's name. Undefined if a condition names one object that
   * the rows belong to: they are few, and any index will do.
   */
  readonly index: string | undefined;
}

/** A page of a merchant's rows by id: the newest first, or after `newerThan` the oldest first. */
export function pageQuery<Row extends ObjectLiteral>(
  db: EntityManager,
  listed: Listed<Row>,
  scope: MerchantScope,
  { olderThan, newerThan, limit }: ListPage,
): SelectQueryBuilder<Row> {
  const { alias } = listed;
  const order = newerThan === undefined ? "DESC" : "ASC";
  const query = scopeQuery(db, listed, scope, order).addOrderBy(`${alias}.id`, order).limit(limit);
  if (olderThan !== undefined) query.andWhere(`${alias}.id < :olderThan`, { olderThan });
  if (newerThan !== undefined) query.andWhere(`${alias}.id > :newerThan`, { newerThan });
  return query;
}

/**
 * A merchant's rows in the order of that index, as far as its merchant columns go: the caller orders by the
 * columns that follow.
 *
 * Servers get an index hint, or they may read the newest rows of all merchants until enough match. They also
 * get a range instead of an equality for the merchant: with an equality MariaDB finds the merchant and then
 * walks from its newest row to the page's start, which for an old page is the whole table. The embedded
 * engine gets neither, since it uses no index column behind a range.
 */
export function scopeQuery<Row extends ObjectLiteral>(
  db: EntityManager,
  { rows, alias, index }: Listed<Row>,
  { merchantId, livemode }: MerchantScope,
  order: "ASC" | "DESC",
): SelectQueryBuilder<Row> {
  const merchant = `${alias}.merchantId`;
  const query = db
    .createQueryBuilder(rows, alias)
    .where(`${alias}.livemode = :livemode`, { livemode: livemode ? 1 : 0 });
  if (index === undefined || db.dataSource.options.type === "better-sqlite3")
    return query.andWhere(`${merchant} = :merchantId`, { merchantId });
  return query
    .useIndex(`${rows.options.name}_${index}`)
    .andWhere(`${merchant} >= :merchantId AND ${merchant} <= :merchantId`, { merchantId })
    .orderBy(merchant, order);
}
