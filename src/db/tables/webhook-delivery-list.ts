import type { EntityManager } from "typeorm";

import type { MerchantScope } from "../../domain/merchant-scope.js";
import { isId } from "../../lib/ids.js";
import type { ListPage } from "../query/list-page.js";
import { pageQuery } from "../query/list-query.js";
import {
  type DeliveryStatus,
  VIEWED_DELIVERY,
  type ViewedDelivery,
  webhookDeliveries,
} from "./webhook-deliveries.js";

/** Conditions on deliveries to list; an undefined one lets everything through. */
export interface DeliveryFilter {
  readonly eventId: string | undefined;
  readonly endpointId: string | undefined;
  readonly status: DeliveryStatus | undefined;
}

/** One page of a merchant's deliveries: the newest first, or after `newerThan` the oldest first. */
export async function listDeliveries(
  db: EntityManager,
  scope: MerchantScope,
  { eventId, endpointId, status }: DeliveryFilter,
  page: ListPage,
): Promise<ViewedDelivery[]> {
  if (eventId !== undefined && !isId("evt", eventId)) return [];
  if (endpointId !== undefined && !isId("we", endpointId)) return [];
  const own = ownIndex({ eventId, endpointId, status });
  const index = own === undefined ? scopeIndex(status) : undefined;
  const query = pageQuery(db, { rows: webhookDeliveries, alias: "d", index }, scope, page);
  // A server would rather read by the unique key of endpoint and event, and sort.
  const isServer = db.dataSource.options.type !== "better-sqlite3";
  if (own !== undefined && isServer) query.useIndex(`webhook_delivery_${own}`);
  query.select(VIEWED_DELIVERY.columns.map(({ property }) => `d.${property}`));
  if (eventId !== undefined) query.andWhere("d.eventId = :eventId", { eventId });
  if (endpointId !== undefined) query.andWhere("d.endpointId = :endpointId", { endpointId });
  if (status !== undefined) query.andWhere("d.status = :status", { status });
  return await query.getMany();
}

/** The index in which the deliveries of an event, or to an endpoint, lie by age. */
function ownIndex({ eventId, endpointId, status }: DeliveryFilter): string | undefined {
  if (eventId !== undefined) return "event_id_id";
  if (endpointId === undefined) return undefined;
  return status === undefined ? "endpoint_id_id" : "endpoint_id_status_id";
}

/** The others are found by merchant and age; with a status, a server finds its index by itself. */
function scopeIndex(status: DeliveryFilter["status"]): string | undefined {
  return status === undefined ? "merchant_id_livemode_id" : undefined;
}
