import { listWebhookEndpoints as listRows } from "../../db/tables/webhook-endpoint-list.js";
import { findWebhookEndpoint, type WebhookEndpointRow } from "../../db/tables/webhook-endpoints.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { Refusal } from "../../domain/refusal.js";
import type { CheckoutContext } from "../context.js";
import { listPage, type Page, type PageRequest } from "../page.js";

/** Reads an endpoint. Throws a Refusal if it is absent, deleted, or another merchant's. */
export async function getWebhookEndpoint(
  { db }: Pick<CheckoutContext, "db">,
  scope: MerchantScope,
  id: string,
): Promise<WebhookEndpointRow> {
  const endpoint = await findWebhookEndpoint(db.manager, id);
  const own = endpoint?.merchantId === scope.merchantId && endpoint.livemode === scope.livemode;
  if (own && endpoint.deletedAt === null) return endpoint;
  throw noSuchEndpoint(id);
}

/** The answer to a call about an endpoint that is absent or deleted. */
export function noSuchEndpoint(id: string): Refusal {
  return new Refusal("WEBHOOK_ENDPOINT_NOT_FOUND", `No such webhook endpoint: ${id}.`, "id");
}

/** Lists a merchant's endpoints, the newest first. A page may begin at a deleted one. */
export async function listWebhookEndpoints(
  { db }: Pick<CheckoutContext, "db">,
  scope: MerchantScope,
  page: PageRequest,
): Promise<Page<WebhookEndpointRow>> {
  const { manager } = db;
  return await listPage(scope, page, {
    noun: "webhook endpoint",
    find: (id) => findWebhookEndpoint(manager, id),
    read: (rows) => listRows(manager, scope, rows),
  });
}
