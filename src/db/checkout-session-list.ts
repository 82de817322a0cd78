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
  { merchantId, livemode }: Owner,
  filter: SessionFilter,
  page: ListPage,
  now: number,
): Promise<CheckoutSessionRow[]> {
  const query = db
    .createQueryBuilder(checkoutSessions, "s")
    .where("s.merchantId = :merchantId AND s.livemode = :livemode", {
      merchantId,
      livemode: livemode ? 1 : 0,
    })
    .orderBy("s.id", page.newerThan === undefined ? "DESC" : "ASC")
    .limit(page.limit);
  const { olderThan, newerThan } = page;
  const { customerId, paymentIntentId, createdFrom, createdBefore } = filter;
  if (olderThan !== undefined) query.andWhere("s.id < :olderThan", { olderThan });
  if (newerThan !== undefined) query.andWhere("s.id > :newerThan", { newerThan });
  if (customerId !== undefined) query.andWhere("s.customerId = :customerId", { customerId });
  if (paymentIntentId !== undefined)
    query.andWhere("s.paymentIntentId = :paymentIntentId", { paymentIntentId });
  if (createdFrom !== undefined) query.andWhere("s.createdAt >= :createdFrom", { createdFrom });
  if (createdBefore !== undefined) query.andWhere("s.createdAt < :createdBefore", { createdBefore });
  if (filter.status !== undefined) whereStatus(query, filter.status, now);
  return await query.getMany();
}

/** The status of this moment, as `statusAt` tells it: nobody may have written down that a session's time is up. */
function whereStatus(
  query: SelectQueryBuilder<CheckoutSessionRow>,
  status: SessionStatus,
  now: number,
): void {
  const closed = "s.expiresAt + CASE WHEN s.formsGiven > 0 THEN :grace ELSE 0 END <= :now";
  const conditions: Record<SessionStatus, string> = {
    complete: "s.status = 'complete'",
    open: `s.status = 'open' AND NOT (${closed})`,
    expired: `(s.status = 'expired' OR (s.status = 'open' AND ${closed}))`,
  };
  query.andWhere(conditions[status], { grace: FORM_GRACE_MS, now });
}
