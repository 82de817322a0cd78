import type { EntityManager } from "typeorm";
import { EntitySchema } from "typeorm/entity-schema/EntitySchema.js";

import type { MerchantScope } from "../../domain/merchant-scope.js";
import type { CheckoutSession } from "../../domain/session.js";
import { isId } from "../../lib/ids.js";
import { flag, id, index, integer, json, optional, primary, text, time } from "../engine/columns.js";
import { queueInsert } from "../query/insert.js";
import { selectRow } from "../query/select.js";
import { forUpdate, type Tx } from "../transaction.js";
import { type Change, updateRows, queueUpdate } from "../query/update.js";

/** A session as it is stored, with three times that only the record needs. */
export interface CheckoutSessionRow extends CheckoutSession {
  /** When a form was given out last. */
  readonly formGivenAt: number | null;
  /** When the `expired` event was written. */
  readonly expiredAt: number | null;
  /** When the money of one of its payments was sent for first; null while no payment of it has to be asked for that. */
  readonly reversalStartedAt: number | null;
}

export const checkoutSessions = new EntitySchema<CheckoutSessionRow>({
  name: "checkout_session",
  synchronize: false,
  columns: {
    id: primary(id()),
    merchantId: id(),
    livemode: flag(),
    status: id(),
    currency: id(),
    amountTotal: integer(),
    lineItems: json(),
    successUrl: text(5000),
    cancelUrl: text(5000),
    customerId: optional(id()),
    customerCreation: optional(id()),
    clientReferenceId: optional(text(200)),
    metadata: json(),
    attempt: integer(),
    formsGiven: integer(),
    formGivenAt: optional(time()),
    createdAt: time(),
    expiresAt: time(),
    expiredAt: optional(time()),
    completedAt: optional(time()),
    completedLate: flag(),
    completedBy: optional(id()),
    paymentIntentId: optional(id()),
    paymentMethodId: optional(id()),
    reversalStartedAt: optional(time()),
  },
  indices: [
    index("merchantId", "livemode", "customerId", "id"),
    index("merchantId", "livemode", "id"),
    index("merchantId", "livemode", "status", "expiresAt"),
    index("merchantId", "livemode", "status", "id"),
    index("paymentIntentId"),
    index("status", "expiresAt"),
  ],
});

/** Stores a new session with the transaction's next statement, or its COMMIT. */
export function insertCheckoutSession(tx: Tx, session: CheckoutSession): void {
  queueInsert(tx, checkoutSessions, session);
}

/** The session with exactly this id, whoever owns it. */
export async function findCheckoutSession(
  db: EntityManager,
  id: string,
): Promise<CheckoutSessionRow | undefined> {
  if (!isId("cs", id)) return undefined;
  return await selectRow(db, checkoutSessions, "WHERE id = ?", [id]);
}

/** Reads the session and holds it until the transaction ends. Throws where it is absent: sessions are never deleted. */
export async function lockCheckoutSession(tx: Tx, id: string): Promise<CheckoutSessionRow> {
  const session = await selectRow(tx, checkoutSessions, `WHERE id = ?${forUpdate(tx)}`, [id]);
  if (session === undefined) throw new Error(`Session ${id} is gone.`);
  return session;
}

/** The same of a session of this owner. Undefined where it is another's, or absent. */
export async function lockCheckoutSessionOf(
  tx: Tx,
  { merchantId, livemode }: MerchantScope,
  id: string,
): Promise<CheckoutSessionRow | undefined> {
  if (!isId("cs", id)) return undefined;
  const condition = `WHERE id = ? AND merchant_id = ? AND livemode = ?${forUpdate(tx)}`;
  return await selectRow(tx, checkoutSessions, condition, [id, merchantId, livemode]);
}

/** Counts one more form of the current attempt as given out. */
export async function noteFormGiven(tx: Tx, id: string, now: number): Promise<void> {
  await update(tx, { formsGiven: () => "forms_given + 1", formGivenAt: now }, "id = ?", id);
}

/** The attempt has failed for good: the next form is that of a new one. */
export async function startNextAttempt(tx: Tx, id: string): Promise<void> {
  await update(tx, { attempt: () => "attempt + 1", formsGiven: 0 }, "id = ?", id);
}

/** From now on, whoever completes the session has to ask whether the payment's money goes back. */
export async function noteReversalStarted(tx: Tx, id: string, now: number): Promise<void> {
  await update(tx, { reversalStartedAt: now }, "id = ? AND reversal_started_at IS NULL", id);
}

/** Marks a locked, open session expired. */
export async function markExpired(tx: Tx, id: string, now: number): Promise<void> {
  await update(tx, { status: "expired", expiredAt: now }, "id = ? AND status = 'open'", id);
}

/** What a completion writes. */
export interface Completion {
  readonly completedAt: number;
  readonly completedLate: boolean;
  readonly completedBy: string;
  readonly expiredAt: number | null;
  readonly customerId: string | null;
  readonly paymentIntentId: string;
  readonly paymentMethodId: string;
}

/**
 * Marks a locked session complete with the transaction's next statement, or its COMMIT. Where it is complete
 * already, that one fails: the last net under the row lock.
 */
export function markComplete(tx: Tx, id: string, completion: Completion): void {
  queueUpdate(tx, checkoutSessions, { ...completion, status: COMPLETE_ONCE }, "id = ?", [id]);
}

/**
 * Null for a session that is complete, which its column refuses: to look at the number of changed rows is a
 * statement more.
 */
const COMPLETE_ONCE = (): string => "CASE WHEN status <> 'complete' THEN 'complete' END";

async function update(
  tx: Tx,
  change: Change<CheckoutSessionRow>,
  condition: string,
  id: string,
): Promise<number> {
  return await updateRows(tx, checkoutSessions, change, condition, [id]);
}
