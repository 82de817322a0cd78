import { createHash } from "node:crypto";

import type { Pool, RowDataPacket } from "mysql2/promise";

import { newId } from "../../../src/lib/ids.js";
import { newPeerSession, type PeerOrder, type PeerSession } from "./peer-session.js";

/** Whose key it is. */
export interface PeerOwner {
  readonly merchantId: string;
  readonly livemode: number;
}

/** Looks the key up. Undefined where there is none, or it was revoked. */
export async function findOwner(pool: Pool, header: string | undefined): Promise<PeerOwner | undefined> {
  const hash = createHash("sha256")
    .update((header ?? "").replace(/^bearer +/i, ""))
    .digest("hex");
  const [rows] = await pool.query<RowDataPacket[]>(
    "select merchant_id, livemode, revoked_at from api_key where hash = ?",
    [hash],
  );
  const [row] = rows;
  if (row === undefined || row["revoked_at"] !== null) return undefined;
  return { merchantId: String(row["merchant_id"]), livemode: Number(row["livemode"]) };
}

/** Stores a new session: one row, committed when the statement is. Undefined where the order breaks a rule. */
export async function storeSession(
  pool: Pool,
  { merchantId, livemode }: PeerOwner,
  order: PeerOrder,
): Promise<PeerSession | undefined> {
  const now = Date.now();
  const session = newPeerSession(order, newId("cs", now), now);
  if (session === undefined) return undefined;
  const items = order.line_items.map(
    ({ price_data: { product_data, unit_amount: unitAmount }, quantity }) => ({
      name: product_data.name,
      unitAmount,
      quantity,
    }),
  );
  await pool.query("insert into checkout_session set ?", {
    id: session.id,
    merchant_id: merchantId,
    livemode,
    status: session.status,
    currency: session.currency,
    amount_total: session.amountTotal,
    line_items: JSON.stringify(items),
    success_url: order.success_url,
    cancel_url: order.cancel_url,
    customer_id: order.customer ?? null,
    client_reference_id: order.client_reference_id ?? null,
    metadata: JSON.stringify(order.metadata ?? {}),
    attempt: 1,
    forms_given: 0,
    form_given_at: null,
    created_at: now,
    expires_at: session.expiresAt,
    expired_at: null,
    completed_at: null,
    completed_late: 0,
    completed_by: null,
    payment_intent_id: null,
    payment_method_id: null,
  });
  return session;
}

/** Reads a session of this owner. */
export async function findSession(
  pool: Pool,
  { merchantId, livemode }: PeerOwner,
  id: string,
): Promise<PeerSession | undefined> {
  const [rows] = await pool.query<RowDataPacket[]>("select * from checkout_session where id = ?", [id]);
  const [row] = rows;
  if (row === undefined || row["merchant_id"] !== merchantId || row["livemode"] !== livemode)
    return undefined;
  return {
    id,
    status: String(row["status"]),
    order: {
      line_items: [],
      success_url: String(row["success_url"]),
      cancel_url: String(row["cancel_url"]),
      ...(row["customer_id"] === null ? {} : { customer: String(row["customer_id"]) }),
      metadata: JSON.parse(String(row["metadata"])) as Record<string, string>,
    },
    currency: String(row["currency"]),
    amountTotal: Number(row["amount_total"]),
    createdAt: Number(row["created_at"]),
    expiresAt: Number(row["expires_at"]),
  };
}
