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
  const listed = { rows: webhookDeliveries, alias: "d", index: indexFor({ eventId, endpointId, status }) };
  const query = pageQuery(db, listed, scope, page);
  query.select(VIEWED_DELIVERY.columns.map(({ property }) => `d.${property}`));
  if (eventId !== undefined) query.andWhere("d.eventId = :eventId", { eventId });
  if (endpointId !== undefined) query.andWhere("d.endpointId = :endpointId", { endpointId });
  if (status !== undefined) query.andWhere("d.status = :status", { status });
  return await query.getMany();
}

/** An event has few deliveries, and an endpoint an index of its own; the others are found by merchant and age. */
function indexFor({ eventId, endpointId, status }: DeliveryFilter): string | undefined {
  if (eventId !== undefined || endpointId !== undefined) return undefined;
  return status === undefined ? "merchant_id_livemode_id" : undefined;
}
