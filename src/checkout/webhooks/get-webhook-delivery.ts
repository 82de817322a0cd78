import { listAttempts, type WebhookAttemptRow } from "../../db/tables/webhook-attempts.js";
import { findDelivery, type ViewedDelivery } from "../../db/tables/webhook-deliveries.js";
import { type DeliveryFilter, listDeliveries } from "../../db/tables/webhook-delivery-list.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { Refusal } from "../../domain/refusal.js";
import type { CheckoutContext } from "../context.js";
import { listPage, type Page, type PageRequest } from "../page.js";

/** A delivery with its newest attempts, the newest first. */
export interface DeliveryView {
  readonly delivery: ViewedDelivery;
  readonly attempts: readonly WebhookAttemptRow[];
}

type Parts = Pick<CheckoutContext, "db">;

/** As many as two schedules have: more are made only by those who send an event again and again. */
const ATTEMPTS_SHOWN = 20;

/** Reads a delivery with its attempts. Throws a Refusal if it is absent or another merchant's. */
export async function getWebhookDelivery(
  parts: Parts,
  scope: MerchantScope,
  id: string,
): Promise<DeliveryView> {
  const delivery = await findDelivery(parts.db.manager, id);
  if (delivery?.merchantId !== scope.merchantId || delivery.livemode !== scope.livemode)
    throw new Refusal(
      "WEBHOOK_DELIVERY_NOT_FOUND",
      `No such webhook delivery: ${id}. It is kept for 30 days, as its event is.`,
      "id",
    );
  const [view] = await withAttempts(parts, [delivery]);
  return view ?? { delivery, attempts: [] };
}

/** Lists a merchant's deliveries with their attempts, the newest first. */
export async function listWebhookDeliveries(
  { db }: Parts,
  scope: MerchantScope,
  filter: DeliveryFilter,
  page: PageRequest,
): Promise<Page<DeliveryView>> {
  const { manager } = db;
  const { data, hasMore } = await listPage(scope, page, {
    noun: "webhook delivery",
    find: (id) => findDelivery(manager, id),
    read: (rows) => listDeliveries(manager, scope, filter, rows),
  });
  return { data: await withAttempts({ db }, data), hasMore };
}

async function withAttempts({ db }: Parts, deliveries: readonly ViewedDelivery[]): Promise<DeliveryView[]> {
  const ids = deliveries.map(({ id }) => id);
  const attempts = await listAttempts(db.manager, ids, ATTEMPTS_SHOWN);
  return deliveries.map((delivery) => ({ delivery, attempts: attempts.get(delivery.id) ?? [] }));
}
