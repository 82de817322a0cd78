import type { EntityManager } from "typeorm";

import type { MerchantScope } from "../../domain/merchant-scope.js";
import type { ListPage } from "../query/list-page.js";
import { pageQuery } from "../query/list-query.js";
import { type WebhookEndpointRow, webhookEndpoints } from "./webhook-endpoints.js";

/** One page of a merchant's endpoints that are not deleted: the newest first, or after `newerThan` the oldest first. */
export async function listWebhookEndpoints(
  db: EntityManager,
  scope: MerchantScope,
  page: ListPage,
): Promise<WebhookEndpointRow[]> {
  const listed = { rows: webhookEndpoints, alias: "w", index: "merchant_id_livemode_deleted_at_id" };
  return await pageQuery(db, listed, scope, page).andWhere("w.deletedAt IS NULL").getMany();
}

/** How many endpoints that are not deleted the service has disabled. */
export async function countDisabledEndpoints(db: EntityManager): Promise<number> {
  const query = db.createQueryBuilder(webhookEndpoints, "w").where("w.deletedAt IS NULL");
  return await query.andWhere("w.disabledReason IN ('gone', 'failing')").getCount();
}
