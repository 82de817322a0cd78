import type { EntityManager, SelectQueryBuilder } from "typeorm";

import type { MerchantScope } from "../../domain/merchant-scope.js";
import { FORM_GRACE_MS, type SessionStatus } from "../../domain/session.js";
import { isCustomerId, firstId, isId } from "../../lib/ids.js";
import { type CheckoutSessionRow, checkoutSessions } from "./checkout-sessions.js";
import type { ListPage } from "../query/list-page.js";
import { pageQuery } from "../query/list-query.js";

/** Which sessions to list. Times are milliseconds since the epoch; an undefined field filters nothing. */
export interface SessionFilter {
  readonly status?: SessionStatus | undefined;
  readonly customerId?: string | undefined;
  readonly paymentIntentId?: string | undefined;
  readonly createdFrom?: number | undefined;
  /** Exclusive. */
  readonly createdBefore?: number | undefined;
}

/**
 * One page of a merchant's sessions by age: the newest first, or after `newerThan` the oldest first. Ids
 * begin with their time.
 */
export async function listCheckoutSessions(
  db: EntityManager,
  scope: MerchantScope,
  filter: SessionFilter,
  page: ListPage,
  now: number,
): Promise<CheckoutSessionRow[]> {
  if (!mayMatch(filter)) return [];
  const listed = { rows: checkoutSessions, alias: "s", index: indexFor(filter) };
  const ordered = filtered(pageQuery(db, listed, scope, page), filter);
  const { status } = filter;
  if (status === undefined) return await ordered.getMany();
  ordered.andWhere("s.status = :status", { status });
  // The status at `now`, as `statusAt` computes it: the sweep may not have stored yet that a session has
  // expired.
  if (status === "open") ordered.andWhere(`NOT (${CLOSED})`, { grace: FORM_GRACE_MS, now });
  const rows = await ordered.getMany();
  if (status !== "expired") return rows;
  // Unordered: they are few, and an index by expiry finds them.
  const few = pageQuery(db, { ...listed, index: undefined }, scope, page)
    .orderBy()
    .limit();
  return merged(rows, await filtered(few, filter).andWhere(DUE, due(now)).getMany(), page);
}

/** How many sessions a merchant has in a mode; counts no further than `limit`. */
export async function countCheckoutSessions(
  db: EntityManager,
  scope: MerchantScope,
  limit: number,
): Promise<number> {
  const listed = { rows: checkoutSessions, alias: "s", index: "merchant_id_livemode_id" };
  return (await pageQuery(db, listed, scope, { limit }).select("s.id").getMany()).length;
}

/** False if a filter is no id at all: no session can match it. */
function mayMatch({ customerId, paymentIntentId }: SessionFilter): boolean {
  return (
    (customerId === undefined || isCustomerId(customerId)) &&
    (paymentIntentId === undefined || isId("pi", paymentIntentId))
  );
}

function indexFor({ status, customerId, paymentIntentId }: SessionFilter): string | undefined {
  if (paymentIntentId !== undefined) return undefined;
  if (customerId !== undefined) return "merchant_id_livemode_customer_id_id";
  return status === undefined ? "merchant_id_livemode_id" : "merchant_id_livemode_status_id";
}

function filtered(
  query: SelectQueryBuilder<CheckoutSessionRow>,
  { customerId, paymentIntentId, createdFrom, createdBefore }: SessionFilter,
): SelectQueryBuilder<CheckoutSessionRow> {
  if (customerId !== undefined) query.andWhere("s.customerId = :customerId", { customerId });
  if (paymentIntentId !== undefined)
    query.andWhere("s.paymentIntentId = :paymentIntentId", { paymentIntentId });
  // No index holds the time of creation, but all end with the id, which begins with it.
  if (createdFrom !== undefined) query.andWhere("s.id >= :from", { from: firstId("cs", createdFrom) });
  if (createdBefore !== undefined) query.andWhere("s.id < :before", { before: firstId("cs", createdBefore) });
  return query;
}

const CLOSED = "s.expiresAt + CASE WHEN s.formsGiven > 0 THEN :grace ELSE 0 END <= :now";

/**
 * Sessions that have expired, but which the sweep has not stored as such: it does within seconds, so they are
 * few.
 */
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
