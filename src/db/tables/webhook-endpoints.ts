import type { EntityManager } from "typeorm";
import { EntitySchema } from "typeorm/entity-schema/EntitySchema.js";

import type { MerchantScope } from "../../domain/merchant-scope.js";
import type { Metadata } from "../../domain/metadata.js";
import { isId } from "../../lib/ids.js";
import { bytes, flag, id, index, json, optional, primary, text, time } from "../engine/columns.js";
import { insertRows } from "../query/insert.js";
import { lockRow, placeholdersFor, selectRow, selectRows } from "../query/select.js";
import { queueUpdate, updateRows } from "../query/update.js";
import type { Tx } from "../transaction.js";

/** Why nothing is sent to an endpoint: it answered 410, it failed for days, or the merchant disabled it. */
export type DisabledReason = "gone" | "failing" | "by_merchant";

/** An address of a merchant to which events are posted. */
export interface WebhookEndpointRow extends MerchantScope {
  readonly id: string;
  readonly url: string;
  /** Types of event, or groups of them, see `isEventPattern`. */
  readonly enabledEvents: readonly string[];
  readonly description: string | null;
  readonly metadata: Metadata;
  /** Null while events are sent. */
  readonly disabledReason: DisabledReason | null;
  /** Since when every attempt has failed; null if the last one succeeded. */
  readonly failingSince: number | null;
  /** The secret of its signatures, `whsec_...`, sealed. */
  readonly secretSealed: Buffer;
  /** The secret before, and until when signatures are also made with it; null if there is none. */
  readonly previousSecretSealed: Buffer | null;
  readonly previousSecretUntil: number | null;
  readonly createdAt: number;
  /** When the merchant deleted it: its deliveries stay. Null until then. */
  readonly deletedAt: number | null;
}

export const webhookEndpoints = new EntitySchema<WebhookEndpointRow>({
  name: "webhook_endpoint",
  synchronize: false,
  columns: {
    id: primary(id()),
    merchantId: id(),
    livemode: flag(),
    url: text(2048),
    enabledEvents: json(),
    description: optional(text(500)),
    metadata: json(),
    disabledReason: optional(id()),
    failingSince: optional(time()),
    secretSealed: bytes(),
    previousSecretSealed: optional(bytes()),
    previousSecretUntil: optional(time()),
    createdAt: time(),
    deletedAt: optional(time()),
  },
  indices: [index("merchantId", "livemode", "deletedAt", "id")],
});

export async function insertWebhookEndpoint(tx: Tx, row: WebhookEndpointRow): Promise<void> {
  await insertRows(tx, webhookEndpoints, row);
}

/** The endpoint with exactly this id, of any merchant, deleted or not. */
export async function findWebhookEndpoint(
  db: EntityManager,
  endpointId: string,
): Promise<WebhookEndpointRow | undefined> {
  if (!isId("we", endpointId)) return undefined;
  return await selectRow(db, webhookEndpoints, "WHERE id = ?", [endpointId]);
}

/** The endpoints with these ids, deleted ones included, in any order. */
export async function findWebhookEndpoints(
  db: EntityManager,
  ids: readonly string[],
): Promise<WebhookEndpointRow[]> {
  if (ids.length === 0) return [];
  return await selectRows(db, webhookEndpoints, `WHERE id IN (${placeholdersFor(ids)})`, ids);
}

/** Reads and locks the endpoint until the transaction ends. Throws if it is absent: rows are never deleted. */
export async function lockWebhookEndpoint(tx: Tx, endpointId: string): Promise<WebhookEndpointRow> {
  return await lockRow(tx, webhookEndpoints, "WHERE id = ?", [endpointId]);
}

/** Changes some fields of an endpoint. */
export async function changeWebhookEndpoint(
  tx: Tx,
  endpointId: string,
  change: Partial<WebhookEndpointRow>,
): Promise<void> {
  await updateRows(tx, webhookEndpoints, change, "id = ?", [endpointId]);
}

/** Notes that every attempt has failed since `since`, unless that is noted, or with null that one has succeeded. */
export function noteFailingSince(tx: Tx, ids: readonly string[], since: number | null): void {
  if (ids.length === 0) return;
  const otherwise = since === null ? "failing_since IS NOT NULL" : "failing_since IS NULL";
  queueUpdate(
    tx,
    webhookEndpoints,
    { failingSince: since },
    `id IN (${placeholdersFor(ids)}) AND ${otherwise}`,
    [...ids],
  );
}

/** A merchant's endpoints that are not deleted: they are few. */
export async function listAllWebhookEndpoints(
  db: EntityManager,
  { merchantId, livemode }: MerchantScope,
): Promise<WebhookEndpointRow[]> {
  const condition = "WHERE merchant_id = ? AND livemode = ? AND deleted_at IS NULL";
  return await selectRows(db, webhookEndpoints, condition, [merchantId, livemode]);
}
