import type { EntityManager } from "typeorm";
import { EntitySchema } from "typeorm/entity-schema/EntitySchema.js";

import type { MerchantScope } from "../../domain/merchant-scope.js";
import type { CheckoutSession } from "../../domain/session.js";
import { isId } from "../../lib/ids.js";
import { bytes, flag, id, index, integer, json, optional, primary, text, time } from "../engine/columns.js";
import { queueInsert } from "../query/insert.js";
import {
  columnsWhere,
  firstOf,
  placeholdersFor,
  type Select,
  selectRow,
  selectRows,
} from "../query/select.js";
import { columnsOf, type PartOf } from "../query/table.js";
import { forUpdate, type Tx } from "../transaction.js";
import { type Change, updateRows, queueUpdate } from "../query/update.js";

/** A session as it is stored, with three times that the API does not show. */
export interface CheckoutSessionRow extends CheckoutSession {
  /** When its newest form was given out. */
  readonly formGivenAt: number | null;
  /** When the `expired` event was written. */
  readonly expiredAt: number | null;
  /** When the reversal of one of its payments was first requested; null if none was. */
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
    mode: optional(id()),
    currency: id(),
    amountTotal: integer(),
    lineItems: json(),
    successUrl: text(5000),
    cancelUrl: text(5000),
    customerId: optional(id()),
    customerCreation: optional(id()),
    clientReferenceId: optional(text(200)),
    metadata: json(),
    options: optional(json()),
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
    billingSealed: optional(bytes()),
    reversalStartedAt: optional(time()),
    pendingPayment: optional(id()),
    lastDecline: optional(json()),
    amountReceived: optional(integer()),
    cardChoice: optional(json()),
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

/** The session with exactly this id, of any merchant. */
export async function findCheckoutSession(
  db: EntityManager,
  id: string,
): Promise<CheckoutSessionRow | undefined> {
  if (!isId("cs", id)) return undefined;
  return await selectRow(db, checkoutSessions, "WHERE id = ?", [id]);
}

/** The merchant's sessions with these ids, in any order. */
export async function findCheckoutSessions(
  db: EntityManager,
  { merchantId, livemode }: MerchantScope,
  ids: readonly string[],
): Promise<CheckoutSessionRow[]> {
  if (ids.length === 0) return [];
  const condition = `WHERE id IN (${placeholdersFor(ids)}) AND merchant_id = ? AND livemode = ?`;
  return await selectRows(db, checkoutSessions, condition, [...ids, merchantId, livemode]);
}

const OF_FORM = columnsOf(
  checkoutSessions,
  "id",
  "merchantId",
  "livemode",
  "status",
  "successUrl",
  "cancelUrl",
  "attempt",
  "formsGiven",
  "expiresAt",
  "mode",
  "currency",
  "amountTotal",
  "lineItems",
  "customerId",
  "customerCreation",
  "options",
  "clientReferenceId",
  "pendingPayment",
  "lastDecline",
  "cardChoice",
);

/** A session as far as its page and form need it. */
export type SessionOfForm = PartOf<typeof OF_FORM>;

/** Selects the session with exactly this id, whatever its owner, as far as its page and form need it. */
export function sessionOfForm(id: string): Select<SessionOfForm | undefined> {
  return firstOf(columnsWhere(OF_FORM, "WHERE id = ?", [id]));
}

/** Selects that session, and locks it until the transaction ends. */
export function lockedSessionOfForm(tx: Tx, id: string): Select<SessionOfForm | undefined> {
  return firstOf(columnsWhere(OF_FORM, `WHERE id = ?${forUpdate(tx)}`, [id]));
}

/**
 * Reads and locks the session until the transaction ends. Throws if it is absent: sessions are never deleted.
 */
export async function lockCheckoutSession(tx: Tx, id: string): Promise<CheckoutSessionRow> {
  const session = await selectRow(tx, checkoutSessions, `WHERE id = ?${forUpdate(tx)}`, [id]);
  if (session === undefined) throw new Error(`Session ${id} is gone.`);
  return session;
}

/** Reads and locks a session of this merchant and mode. Undefined if it is absent or another's. */
export async function lockCheckoutSessionOf(
  tx: Tx,
  { merchantId, livemode }: MerchantScope,
  id: string,
): Promise<CheckoutSessionRow | undefined> {
  if (!isId("cs", id)) return undefined;
  const condition = `WHERE id = ? AND merchant_id = ? AND livemode = ?${forUpdate(tx)}`;
  return await selectRow(tx, checkoutSessions, condition, [id, merchantId, livemode]);
}

/** Records that one more form of a locked session's current attempt is given out, with the next statement or COMMIT. */
export function noteFormGiven(tx: Tx, id: string, now: number): void {
  const change = { formsGiven: () => "forms_given + 1", formGivenAt: now };
  queueUpdate(tx, checkoutSessions, change, "id = ?", [id]);
}

/** Records what the shopper of a locked session has chosen, with the transaction's next statement or its COMMIT. */
export function queueCardChoice(
  tx: Tx,
  id: string,
  change: Change<Pick<CheckoutSessionRow, ChoiceField>>,
): void {
  queueUpdate(tx, checkoutSessions, change, "id = ? AND status <> 'complete'", [id]);
}

type ChoiceField = "attempt" | "formsGiven" | "formGivenAt" | "cardChoice" | "pendingPayment";

/**
 * Begins a new attempt: the current one has failed for good, and the next form belongs to the new one. What was in
 * doubt was the current one. That a payment is held, or that the one of a complete session is not captured or was
 * rejected, is as true as before.
 */
export async function startNextAttempt(tx: Tx, id: string): Promise<void> {
  const change = { attempt: () => "attempt + 1", formsGiven: 0, pendingPayment: IF_CERTAIN };
  await update(tx, change, "id = ?", id);
}

const IF_CERTAIN = (): string => "CASE WHEN pending_payment <> 'processing' THEN pending_payment END";

/**
 * Records that a reversal has started: completing the session has to check from now on whether its payment is
 * reversed.
 */
export async function noteReversalStarted(tx: Tx, id: string, now: number): Promise<void> {
  await update(tx, { reversalStartedAt: now }, "id = ? AND reversal_started_at IS NULL", id);
}

/** Replaces the metadata of a locked session. */
export async function setSessionMetadata(
  tx: Tx,
  id: string,
  metadata: CheckoutSession["metadata"],
): Promise<void> {
  await update(tx, { metadata }, "id = ?", id);
}

/** Marks a locked, open session expired. */
export async function markExpired(tx: Tx, id: string, now: number): Promise<void> {
  await update(tx, { status: "expired", expiredAt: now }, "id = ? AND status = 'open'", id);
}

/** The fields that a completion writes. */
export interface Completion {
  readonly completedAt: number;
  readonly completedLate: boolean;
  readonly completedBy: string;
  readonly expiredAt: number | null;
  readonly customerId: string | null;
  /** Null where the session stores a card without a payment. */
  readonly paymentIntentId: string | null;
  readonly paymentMethodId: string;
  readonly billingSealed: Buffer | null;
  readonly amountReceived: number | null;
}

/**
 * Marks a locked session complete with the transaction's next statement, or its COMMIT, which throws if the
 * session is complete already: the last safeguard behind the row lock.
 */
export function markComplete(tx: Tx, id: string, completion: Completion): void {
  queueUpdate(tx, checkoutSessions, { ...completion, status: COMPLETE_ONCE }, "id = ?", [id]);
}

/**
 * Null for a complete session, which the NOT NULL column refuses: reading the number of changed rows would
 * take a statement more.
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
