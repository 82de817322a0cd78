import type { EntityManager, EntitySchema, ObjectLiteral, SelectQueryBuilder } from "typeorm";

import type { MerchantScope } from "../../domain/merchant-scope.js";
import type { ListPage } from "./list-page.js";

/** Rows that are listed, and the name that conditions give them. */
export interface Listed<Row extends ObjectLiteral> {
  readonly rows: EntitySchema<Row>;
  readonly alias: string;
  /**
   * The index that holds them by owner and age, without the table's name. Undefined where a condition names
   * one object to which they belong: they are few, and any index will do.
   */
  readonly index: string | undefined;
}

/**
 * A page of an owner's rows by their ids, which begin with their time: the newest first, or after `newerThan`
 * the oldest first.
 */
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
 * An owner's rows in the order of that index, as far as the owner says it: what follows in the index is the
 * caller's to order by.
 *
 * A server is told the index, or it may read the newest rows of all merchants until enough of them fit. And
 * it is told of a range where one merchant is meant: by an equality MariaDB looks the merchant up, and then
 * walks from its newest row to where the page begins, which for an old page is the whole table. The embedded
 * engine does neither, and uses no column of an index behind a range.
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
