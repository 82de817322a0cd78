import type { EntityManager } from "typeorm";
import { EntitySchema } from "typeorm/entity-schema/EntitySchema.js";

import { id, index, integer, optional, primary, text, time } from "../engine/columns.js";
import { queueInsert } from "../query/insert.js";
import { rowsWhere, selectTogether } from "../query/select.js";
import type { Tx } from "../transaction.js";

/** One request to a webhook endpoint, and what came of it. */
export interface WebhookAttemptRow {
  readonly id: string;
  readonly deliveryId: string;
  /** When it was made, in real time. */
  readonly createdAt: number;
  readonly durationMs: number;
  /** Null if no answer came. */
  readonly httpStatus: number | null;
  /** Why it failed, for the merchant; null if it succeeded. */
  readonly error: string | null;
  /** The beginning of the answer's body, a kilobyte at most; null if no answer came. */
  readonly responseBody: string | null;
}

/** The most characters that an attempt keeps of its error and of the answer's body. */
export const ATTEMPT_TEXT_MAX = { error: 300, responseBody: 1024 } as const;

export const webhookAttempts = new EntitySchema<WebhookAttemptRow>({
  name: "webhook_attempt",
  synchronize: false,
  columns: {
    id: primary(id()),
    deliveryId: id(),
    createdAt: time(),
    durationMs: integer(),
    httpStatus: optional(integer()),
    error: optional(text(ATTEMPT_TEXT_MAX.error)),
    responseBody: optional(text(ATTEMPT_TEXT_MAX.responseBody)),
  },
  indices: [index("deliveryId", "id")],
});

/** Stores attempts with the transaction's next statement, or its COMMIT. */
export function queueAttempts(tx: Tx, rows: readonly WebhookAttemptRow[]): void {
  if (rows.length > 0) queueInsert(tx, webhookAttempts, ...rows);
}

/** The newest attempts of each delivery, the newest first. */
export async function listAttempts(
  db: EntityManager,
  deliveryIds: readonly string[],
  limit: number,
): Promise<ReadonlyMap<string, readonly WebhookAttemptRow[]>> {
  if (deliveryIds.length === 0) return new Map();
  const condition = `WHERE delivery_id = ? ORDER BY id DESC LIMIT ${limit}`;
  const selects = deliveryIds.map((deliveryId) => rowsWhere(webhookAttempts, condition, [deliveryId]));
  const found = await selectTogether<WebhookAttemptRow[][]>(db, ...selects);
  return new Map(deliveryIds.map((deliveryId, at) => [deliveryId, found[at] ?? []]));
}
