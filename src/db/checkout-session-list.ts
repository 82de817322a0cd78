import type { EntityManager, SelectQueryBuilder } from "typeorm";

import type { Owner } from "../domain/owner.js";
import { FORM_GRACE_MS, type SessionStatus } from "../domain/session.js";
import { type CheckoutSessionRow, checkoutSessions } from "./checkout-sessions.js";
import type { ListPage } from "./list-page.js";

/** Which sessions to list. Times are milliseconds since the epoch; what is undefined lets everything through. */
export interface SessionFilter {
  readonly status?: SessionStatus | undefined;
  readonly customerId?: string | undefined;
  readonly paymentIntentId?: string | undefined;
  readonly createdFrom?: number | undefined;
  /** Exclusive. */
  readonly createdBefore?: number | undefined;
}

/** One page of an owner's sessions by age: the newest first, or after `newerThan` the oldest first. Ids begin with their time. */
export async function listCheckoutSessions(
  db: EntityManager,
  owner: Owner,
  filter: SessionFilter,
  page: ListPage,
  now: number,
): Promise<CheckoutSessionRow[]> {
  const ordered = filtered(db, owner, filter, page)
    .useIndex(`checkout_session_${indexFor(filter)}`)
    .orderBy("s.id", page.newerThan === undefined ? "DESC" : "ASC")
    .limit(page.limit);
  const { status } = filter;
  if (status === undefined) return await ordered.getMany();
  ordered.andWhere("s.status = :status", { status });
  // The status of this moment, as `statusAt` tells it: nobody may have written down that a session's time is up.
  if (status === "open") ordered.andWhere(`NOT (${CLOSED})`, { grace: FORM_GRACE_MS, now });
  const rows = await ordered.getMany();
  if (status !== "expired") return rows;
  return merged(rows, await filtered(db, owner, filter, page).andWhere(DUE, due(now)).getMany(), page);
}

/**
 * A server that guesses how many rows match may rather read the newest of all merchants' until enough of them fit: for a
 * merchant with few of them that is the whole table. The embedded engine does not, and is not told.
 */
function indexFor({ status, customerId, paymentIntentId }: SessionFilter): string {
  if (paymentIntentId !== undefined) return "payment_intent_id";
  if (customerId !== undefined) return "merchant_id_livemode_customer_id_id";
  return status === undefined ? "merchant_id_livemode_id" : "merchant_id_livemode_status_id";
}

function filtered(
  db: EntityManager,
  { merchantId, livemode }: Owner,
  { customerId, paymentIntentId, createdFrom, createdBefore }: SessionFilter,
  { olderThan, newerThan }: ListPage,
): SelectQueryBuilder<CheckoutSessionRow> {
  const query = db
    .createQueryBuilder(checkoutSessions, "s")
    .where("s.merchantId = :merchantId AND s.livemode = :livemode", {
      merchantId,
      livemode: livemode ? 1 : 0,
    });
  if (olderThan !== undefined) query.andWhere("s.id < :olderThan", { olderThan });
  if (newerThan !== undefined) query.andWhere("s.id > :newerThan", { newerThan });
  if (customerId !== undefined) query.andWhere("s.customerId = :customerId", { customerId });
  if (paymentIntentId !== undefined)
    query.andWhere("s.paymentIntentId = :paymentIntentId", { paymentIntentId });
  if (createdFrom !== undefined) query.andWhere("s.createdAt >= :createdFrom", { createdFrom });
  if (createdBefore !== undefined) query.andWhere("s.createdAt < :createdBefore", { createdBefore });
  return query;
}

const CLOSED = "s.expiresAt + CASE WHEN s.formsGiven > 0 THEN :grace ELSE 0 END <= :now";

/** Sessions whose time is up, and that the sweep has not come to: it does within seconds, so they are few. */
const DUE = `s.status = 'open' AND s.expiresAt <= :now AND ${CLOSED}`;

function due(now: number): object {
  return { grace: FORM_GRACE_MS, now };
}

function merged(
  written: readonly CheckoutSessionRow[],
  found: readonly CheckoutSessionRow[],
  { newerThan, limit }: ListPage,
): CheckoutSessionRow[] {
  const oldestFirst = [...written, ...found].toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return (newerThan === undefined ? oldestFirst.toReversed() : oldestFirst).slice(0, limit);
}
